import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { ETHERNET, IPV4, IPV6, type Layer, NONE } from './layer.ts'

/** Switched port analyser, type II: eight bytes before the mirrored frame (draft-foschiano-erspan, 4.2). */
export const decodeErspan2 = (frame: Frame): Layer => {
  const at = frame.offset
  if (at + 8 > frame.limit) return cut(frame)
  if (frame.bytes[at] >> 4 !== 1) return NONE
  frame.offset = at + 8
  return ETHERNET
}

/** Type III: twelve bytes, eight more where the O bit says so; the frame may be IP alone (4.3). */
export const decodeErspan3 = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 12 > frame.limit) return cut(frame)
  if (bytes[at] >> 4 !== 2) return NONE
  frame.offset = at + 12 + (bytes[at + 11] & 1 ? 8 : 0)
  const type = (bytes[at + 10] >> 3) & 0x1f
  if (type === 0) return ETHERNET
  if (type !== 2 || frame.offset >= frame.limit) return NONE
  return bytes[frame.offset] >> 4 === 6 ? IPV6 : IPV4
}

/** A mirrored frame behind the header of type II or III. */
export const encodeErspan = (frame: Uint8Array, version: 2 | 3): Uint8Array => {
  const header = version === 2 ? 8 : 12
  const bytes = new Uint8Array(header + frame.length)
  bytes[0] = (version - 1) << 4
  bytes.set(frame, header)
  return bytes
}
