import { type Frame, SYN } from '../packet/frame.ts'
import type { Micros } from '../time.ts'
import { distance, type Half } from './half.ts'

/** This side can take no more (RFC 9293, 3.8.6). */
export const shut = (half: Half, at: Micros): void => {
  const rare = half.note()
  if (rare.closedSince > 0) return
  rare.closedSince = at
  rare.windowStalls++
}

/** A segment of this side tells how far the other one may send. To be called before `other.acked` goes on. */
export const limit = (half: Half, other: Half, { flags, acknowledgement, window, at }: Frame): void => {
  if (distance(acknowledgement, other.acked) < 0) return
  // The window of a SYN is not scaled (RFC 7323, 2.2).
  const end = (acknowledgement + (flags & SYN ? window : half.windowOf(window))) | 0
  if (half.rare !== undefined && distance(end, other.limit) > 0) widen(half, at)
  other.limit = end
}

/** The other side has sent all that this side's window allows: it waits until it is allowed more. */
export const fill = (half: Half, at: Micros): void => {
  const rare = half.note()
  if (rare.fullSince > 0) return
  rare.fullSince = at
  rare.fullWindows++
}

/** This side allows more, or the connection is over. */
export const widen = ({ rare }: Half, at: Micros): void => {
  if (!rare || rare.fullSince === 0) return
  rare.fullWindowTime += Math.max(0, at - rare.fullSince)
  rare.fullSince = 0
}

/** It can again, or the connection is over. */
export const reopen = ({ rare }: Half, at: Micros): void => {
  if (!rare || rare.closedSince === 0) return
  rare.windowStallTime += Math.max(0, at - rare.closedSince)
  rare.closedSince = 0
}
