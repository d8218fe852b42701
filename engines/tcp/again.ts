import type { Frame } from '../packet/frame.ts'
import type { TcpOptions } from '../packet/tcp-options.ts'
import type { Flow } from './flow.ts'
import type { Half } from './half.ts'
import { timeAgain } from './timing.ts'

/** RFC 9293, 3.8.4: no data, or one byte of garbage, right before what comes next. */
export const isKeepAlive = (old: number, length: number): boolean => old === 1 && length === 1

/** Counts bytes that were sent before, unless it is the same packet captured a second time: sending again gives a packet a newer IP identification. */
export const countAgain = (flow: Flow, half: Half, frame: Frame, bytes: number, options: TcpOptions): void => {
  const captureOfSame = frame.ident > 0 && half.ident > 0 && ((frame.ident - half.ident) << 16) >> 16 <= 0
  if (captureOfSame) return
  const rare = half.note()
  rare.retransmissions++
  rare.retransmittedBytes += bytes
  half.ident = frame.ident
  timeAgain(half, frame, frame.at - flow.start, options)
}
