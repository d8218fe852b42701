import type { TcpOptions } from '../packet/tcp-options.ts'
import { distance, type Half } from './half.ts'

/** What a receiver said, by SACK (RFC 2018) and time stamps (RFC 7323), of the bytes of a stream that the observer misses. Plain data. */
export interface Reports {
  /** It has them up to here, and lacks others before. */
  heldTo: number | undefined
  /** It lacked them: they had to be sent again. */
  lacked: boolean
  /** The time stamp of what it got them by, then. */
  filledBy: number | undefined
  /** What was sent later than that was seen: they will not come. */
  passed: boolean
}

/** A receiver acknowledges, in a segment with these options, what `sender` sent. To be called before `sender.acked` goes on. */
export const hear = (sender: Half, acknowledgement: number, options: TcpOptions): void => {
  const { rare, next } = sender
  if (rare === undefined) return
  const again = isOfDuplicate(acknowledgement, options)
  if (again && rare.retransmissions > rare.spuriousRetransmissions) rare.spuriousRetransmissions++
  if (sender.hole === 0) return
  for (let block = again ? 1 : 0; block < options.blocks; block++) {
    const ahead = distance(options.left(block), next)
    if (distance(options.right(block), next) <= 0) continue
    rare.reports ??= { heldTo: undefined, lacked: false, filledBy: undefined, passed: false }
    if (ahead <= 0) rare.reports.heldTo = options.right(block)
    else if (distance(acknowledgement, next) === 0) rare.reports.lacked = true
  }
  const { reports } = rare
  if (reports?.lacked && options.stamped && distance(acknowledgement, next) > 0) reports.filledBy ??= options.echo
}

/** A sender whose bytes are missed goes on. */
export const pass = (sender: Half, options: TcpOptions): void => {
  const reports = sender.rare?.reports
  if (reports?.filledBy !== undefined && options.stamped && distance(options.stamp, reports.filledBy) > 0) reports.passed = true
}

/** The first block is of what came a second time (RFC 2883, 4): the sender need not have sent it again. One byte is a keep-alive's. */
const isOfDuplicate = (acknowledgement: number, options: TcpOptions): boolean => {
  if (options.blocks === 0) return false
  const [left, right] = [options.left(0), options.right(0)]
  if (distance(right, left) <= 1) return false
  const within = options.blocks > 1 && distance(left, options.left(1)) >= 0 && distance(options.right(1), right) >= 0
  return within || distance(acknowledgement, right) >= 0
}
