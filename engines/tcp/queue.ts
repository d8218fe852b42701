import { copyOf } from '../bytes/copy.ts'
import { distance, type Half, lengthOf, type Segment } from './half.ts'
import type { Rare } from './rare.ts'

/** What a segment costs beside its bytes: many tiny ones count for what they take. */
const OVERHEAD = 128

export const costOf = ({ bytes }: Segment): number => bytes.length + OVERHEAD

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
  const rare = half.note()
  rare.queue ??= []
  const { queue, queuedBytes: before } = rare
  const end = lengthOf(segment)
  let from = 0
  let index = firstAfter(queue, segment.sequence)
  if (index > 0) {
    compare(half, queue[index - 1], segment)
    from = Math.max(0, distance(endOf(queue[index - 1]), segment.sequence))
  }
  for (; index < queue.length; index++) {
    const to = distance(queue[index].sequence, segment.sequence)
    if (to >= end) break
    compare(half, queue[index], segment)
    if (to > from) queue.splice(index++, 0, keep(rare, segment, from, to))
    from = Math.max(from, distance(endOf(queue[index]), segment.sequence))
  }
  if (end > from || (segment.fin && end >= from)) queue.splice(index, 0, keep(rare, segment, from, end))
  return rare.queuedBytes - before
}

/** Takes the first segment. */
export const dequeue = (half: Half): Segment => {
  const { rare } = half
  if (!rare?.queue) throw new RangeError('nothing is queued')
  const segment = rare.queue.shift() as Segment
  rare.queuedBytes -= costOf(segment)
  if (rare.queue.length === 0) rare.queue = undefined
  return segment
}

/** Notes bytes that are there already and not the same. */
const compare = (half: Half, kept: Segment, { sequence, bytes }: Segment): void => {
  const shift = distance(kept.sequence, sequence)
  const end = Math.min(bytes.length, shift + kept.bytes.length)
  let different = 0
  for (let at = Math.max(0, shift); at < end; at++) if (bytes[at] !== kept.bytes[at - shift]) different++
  if (different > 0) half.note().differentBytes += different
}

const endOf = (segment: Segment): number => (segment.sequence + lengthOf(segment)) | 0

/** The number of segments that begin before or at `sequence`. Most belong to the end. */
const firstAfter = (queue: Segment[], sequence: number): number => {
  let [low, high] = [0, queue.length]
  if (high > 0 && distance(queue[high - 1].sequence, sequence) <= 0) return high
  while (low < high) {
    const middle = (low + high) >> 1
    if (distance(queue[middle].sequence, sequence) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Copies `from`..`to` of a segment: the packet's memory is not ours. */
const keep = (rare: Rare, segment: Segment, from: number, to: number): Segment => {
  const { bytes } = segment
  const kept = copyOf(bytes, Math.min(from, bytes.length), Math.min(to, bytes.length))
  const piece: Segment = {
    ...segment,
    sequence: (segment.sequence + from) | 0,
    bytes: kept,
    cut: to - from - kept.length,
    fin: segment.fin && to === lengthOf(segment),
  }
  rare.queuedBytes += costOf(piece)
  return piece
}
