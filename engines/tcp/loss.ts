import type { Micros } from '../time.ts'
import type { MissingReason, Side } from './facts.ts'
import type { Flow } from './flow.ts'
import type { Half } from './half.ts'
import type { TcpLimits } from './limits.ts'

/** Notes since when the next byte is missed, and why it may be. */
export const watch = (half: Half, now: Micros, reason: MissingReason): void => {
  if (half.hole === 0) {
    half.rare?.calm()
    return
  }
  const rare = half.note()
  if (rare.stalled === 0) {
    rare.stalled = now
    rare.stalledReason = reason
  }
  if (half.overdue > 0) rare.stalledAcked ||= now
}

/** Whether the bytes that a side misses will not come any more. `total` is what is queued of all connections. */
export const isLost = (flow: Flow, side: Side, now: Micros, limits: TcpLimits, total: number): boolean => {
  const half = flow.half(side)
  const receiver = flow.half(side === 0 ? 1 : 0)
  const stalled = half.rare?.stalled ?? 0
  const stalledAcked = half.rare?.stalledAcked ?? 0
  const queued = half.queuedBytes + receiver.queuedBytes
  if (stalled === 0) return false
  if (total >= limits.totalBytes || half.rare?.reports?.passed === true) return true
  if (half.overdue > 0) {
    // A side that is never seen will not be: the capture has one direction only.
    if (half.packets === 0 && half.gaps > 0) return true
    return (stalledAcked > 0 && now - stalledAcked >= limits.acknowledgedWait) || queued >= limits.acknowledgedBytes
  }
  const wait = receiver.packets === 0 ? limits.oneSidedWait : limits.unacknowledgedWait
  return now - stalled >= wait || queued >= limits.unacknowledgedBytes
}
