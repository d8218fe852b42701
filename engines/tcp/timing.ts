import { distance, type Half } from './half.ts'
import { small } from './small.ts'

/** A segment passes by: the time until it is acknowledged is a round trip. One at a time, as RFC 6298 does without time stamps. `at`: µs after the connection's start. */
export const timeSegment = (half: Half, at: number): void => {
  half.timedEnd = half.next
  half.timedAt = at
}

/** `half` acknowledges what `other` sent. */
export const answered = (half: Half, other: Half, acknowledgement: number, at: number): void => {
  if (distance(acknowledgement, other.timedEnd) < 0) return
  const took = small(at - other.timedAt)
  other.timedAt = -1
  if (took >= 0 && (half.quickest < 0 || took < half.quickest)) half.quickest = took
}
