import { copyOf } from '../bytes/copy.ts'
import { distance, type Half, lengthOf, type Segment } from './half.ts'

/**
 * Keeps a segment until its turn. What is there already wins over what comes later:
 *
 *     queue      ......[bbbb]....[ee]..
 *     segment    ...[xxxxxxxxxxxxxxxxxx]
 *     kept       ...[x ]    [xxx ]  [x]
 *
 * @returns bytes of memory it took
 */
export const enqueue = (half: Half, segment: Segment): number => {
  half.queue ??= []
  const { queue } = half
  const before = half.queuedBytes
  const end = lengthOf(segment)
  let from = 0
  compare(half, queue, segment)
  let index = firstAfter(queue, segment.sequence)
  if (index > 0) from = Math.max(0, distance(endOf(queue[index - 1]), segment.sequence))
  for (; index < queue.length; index++) {
    const to = distance(queue[index].sequence, segment.sequence)
    if (to >= end) break
    if (to > from) queue.splice(index++, 0, keep(half, segment, from, to))
    from = Math.max(from, distance(endOf(queue[index]), segment.sequence))
  }
  if (end > from || (segment.fin && end >= from)) queue.splice(index, 0, keep(half, segment, from, end))
  return half.queuedBytes - before
}

/** Takes the first segment. */
export const dequeue = (half: Half): Segment => {
  const { queue } = half
  if (!queue) throw new RangeError('nothing is queued')
  const segment = queue.shift() as Segment
  half.queuedBytes -= segment.bytes.length
  if (queue.length === 0) half.queue = undefined
  return segment
}

/** Notes bytes that are there already and not the same. */
const compare = (half: Half, queue: Segment[], segment: Segment): void => {
  const { sequence, bytes } = segment
  for (let index = queue.length - 1; index >= 0; index--) {
    const kept = queue[index]
    const shift = distance(kept.sequence, sequence)
    if (shift + lengthOf(kept) <= 0) return
    const end = Math.min(bytes.length, shift + kept.bytes.length)
    let different = 0
    for (let at = Math.max(0, shift); at < end; at++) if (bytes[at] !== kept.bytes[at - shift]) different++
    if (different > 0) half.note().differentBytes += different
  }
}

const endOf = (segment: Segment): number => (segment.sequence + lengthOf(segment)) | 0

/** The number of segments that begin before or at `sequence`; looks from the end, where most belong. */
const firstAfter = (queue: Segment[], sequence: number): number => {
  let index = queue.length
  while (index > 0 && distance(queue[index - 1].sequence, sequence) > 0) index--
  return index
}

/** Copies `from`..`to` of a segment: the packet's memory is not ours. */
const keep = (half: Half, segment: Segment, from: number, to: number): Segment => {
  const { bytes } = segment
  const kept = copyOf(bytes, Math.min(from, bytes.length), Math.min(to, bytes.length))
  half.queuedBytes += kept.length
  return {
    ...segment,
    sequence: (segment.sequence + from) | 0,
    bytes: kept,
    cut: to - from - kept.length,
    fin: segment.fin && to === lengthOf(segment),
  }
}
