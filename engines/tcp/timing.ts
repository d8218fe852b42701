import type { Micros } from '../time.ts'
import { distance, type Half } from './half.ts'

/** A segment passes by: the time until it is acknowledged is a round trip. One at a time, as RFC 6298 does without time stamps. */
export const timeSegment = (half: Half, at: Micros): void => {
  half.timedEnd = half.next
  half.timedAt = at
}

/** `half` acknowledges what `other` sent. */
export const answered = (half: Half, other: Half, acknowledgement: number, at: Micros): void => {
  if (distance(acknowledgement, other.timedEnd) < 0) return
  const took = at - other.timedAt
  other.timedAt = 0
  if (took >= 0 && (half.quickest < 0 || took < half.quickest)) half.quickest = took
}
