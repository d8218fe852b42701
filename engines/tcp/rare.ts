import type { MissingReason } from './facts.ts'
import type { Segment } from './half.ts'
import type { Reports } from './reports.ts'

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
  fullWindows = 0
  fullWindowTime = 0
  /** Since when all that the window allows is sent, µs; 0: there is room. */
  fullSince = 0
  spuriousRetransmissions = 0
  oldDuplicates = 0
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
  /** What the receiver said of the bytes that are missed. */
  reports: Reports | undefined = undefined
  /** The time stamp of the segment that is timed. */
  timedBy: number | undefined = undefined
  /** The newest time stamp of a stream so long that its numbers come round. */
  stamp: number | undefined = undefined

  /** Nothing is missed any more, or not yet. */
  calm(): void {
    this.stalled = 0
    this.stalledAcked = 0
    this.reports = undefined
  }
}
