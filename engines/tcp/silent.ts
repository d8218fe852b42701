import type { SideFacts } from './facts.ts'

/** A side of which nothing was seen yet. */
export const silentSide = (): SideFacts => ({
  packets: 0,
  bytes: 0,
  retransmissions: 0,
  retransmittedBytes: 0,
  outOfOrder: 0,
  missingBytes: 0,
  gaps: 0,
  initialSequence: undefined,
  fin: false,
  reset: false,
})
