import type { MissingReason } from './facts.ts'
import type { Segment } from './half.ts'

/** What most directions of a connection never see: kept apart, so that they do not pay for it. Plain data. */
export class Rare {
  retransmissions = 0
  retransmittedBytes = 0
  outOfOrder = 0
  missingBytes = 0
  gaps = 0
  windowStalls = 0
  windowStallTime = 0
  /** Since when the window is closed, µs; 0: it is open. */
  closedSince = 0
  keepAlives = 0
  urgent = 0
  differentBytes = 0
  checksumErrors = 0

  /** What came ahead of its turn, in order, without overlap. */
  queue: Segment[] | undefined = undefined
  /** What the queue takes, bytes. */
  queuedBytes = 0
  /** Since when the next byte is missed, since when although acknowledged (0: not), and why it may be. */
  stalled = 0
  stalledAcked = 0
  stalledReason: MissingReason = 'not captured'

  /** Nothing is missed any more, or not yet. */
  calm(): void {
    this.stalled = 0
    this.stalledAcked = 0
  }
}
