/** What most directions of a connection never see: kept apart, so that they do not pay for it. Plain data. */
export class Rare {
  windowStalls = 0
  windowStallTime = 0
  /** Since when the window is closed, µs; 0: it is open. */
  closedSince = 0
  keepAlives = 0
  urgent = 0
  differentBytes = 0
  checksumErrors = 0
}
