import type { Micros } from '../time.ts'
import type { Half } from './half.ts'

/** This side can take no more (RFC 9293, 3.8.6). */
export const shut = (half: Half, at: Micros): void => {
  const rare = half.note()
  if (rare.closedSince > 0) return
  rare.closedSince = at
  rare.windowStalls++
}

/** It can again, or the connection is over. */
export const reopen = ({ rare }: Half, at: Micros): void => {
  if (!rare || rare.closedSince === 0) return
  rare.windowStallTime += Math.max(0, at - rare.closedSince)
  rare.closedSince = 0
}
