import type { Frame } from '../packet/frame.ts'
import type { TcpOptions } from '../packet/tcp-options.ts'
import { distance, type Half } from './half.ts'
import { small } from './small.ts'

/** A segment passes by: the time until it is acknowledged is a round trip. One at a time, as RFC 6298 does without time stamps. `at`: µs after the connection's start. */
export const timeSegment = (half: Half, at: number, options: TcpOptions): void => {
  half.timedEnd = half.next
  half.timedAt = at
  if (half.rare !== undefined) half.rare.timedBy = options.stamped ? options.stamp : undefined
}

/** A segment passes by that was sent before. Nobody knows which one will be answered, but for a newer time stamp (RFC 7323, 4): then it is timed instead of the first. */
export const timeAgain = (half: Half, { sequence, payloadLength }: Frame, at: number, options: TcpOptions): void => {
  const rare = half.note()
  const isTimed = half.timedAt >= 0 && distance(sequence, half.timedEnd) < 0 && distance(sequence, half.timedEnd) + payloadLength >= 0
  const newer = rare.timedBy !== undefined && options.stamped && distance(options.stamp, rare.timedBy) > 0
  half.timedAt = isTimed && newer ? small(at) : -1
  rare.timedBy = options.stamped ? options.stamp : undefined
}

/** `half` acknowledges what `other` sent; `options`: of its segment, read where something of the connection is noted. */
export const answered = (half: Half, other: Half, acknowledgement: number, at: number, options: TcpOptions): void => {
  if (distance(acknowledgement, other.timedEnd) < 0) return
  const took = small(at - other.timedAt)
  other.timedAt = -1
  const timedBy = other.rare?.timedBy
  if (timedBy !== undefined && options.stamped && distance(options.echo, timedBy) < 0) return
  if (took >= 0 && (half.quickest < 0 || took < half.quickest)) half.quickest = took
}
