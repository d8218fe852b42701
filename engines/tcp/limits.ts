/** Bounds of what a table keeps, and how long it waits. Times are capture time in µs, sizes bytes. */
export interface TcpLimits {
  /** Open connections; the one idle for longest is let go for a further one. */
  connections: number
  /** A connection without a packet for so long is let go. */
  idle: number
  /** A closed connection is remembered for so long after its last packet, so that its late packets do not make another one; and how many are. */
  linger: number
  lingering: number
  /** A gap that the receiver has acknowledged is loss when so much time has passed, or so much has come after it. A network that reorders needs far less. */
  acknowledgedWait: number
  acknowledgedBytes: number
  /** A gap that nobody has acknowledged: a retransmission may fill it yet. */
  unacknowledgedWait: number
  unacknowledgedBytes: number
  /** The same where the receiver was never seen, so that nothing can be acknowledged. */
  oneSidedWait: number
  /** All that is kept of all connections because something before it is missing. */
  totalBytes: number
  /** Note which connections change, for `saveChanged`. */
  tracked: boolean
}

export const TCP_LIMITS: TcpLimits = {
  connections: 1_000_000,
  idle: 600e6,
  linger: 10e6,
  lingering: 2_048,
  acknowledgedWait: 100e3,
  acknowledgedBytes: 1024 * 1024,
  unacknowledgedWait: 60e6,
  unacknowledgedBytes: 4 * 1024 * 1024,
  oneSidedWait: 1e6,
  totalBytes: 64 * 1024 * 1024,
  tracked: false,
}
