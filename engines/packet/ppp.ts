import { u16be, writeU16be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { IPV4, IPV6, type Layer, MPLS, NONE, ofEtherType, PPP } from './layer.ts'

/** Address and control of PPP in HDLC-like framing (RFC 1662), which may be left out. */
const ALL_STATIONS = 0xff
const UNNUMBERED = 3

/** RFC 2516, the session stage: a length that counts PPP alone, since Ethernet pads. */
export const decodePppoe = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 8 > frame.limit) return cut(frame)
  if (bytes[at] !== 0x11 || bytes[at + 1] !== 0) {
    frame.problem = bytes[at] === 0x11 ? undefined : 'bad header'
    return NONE
  }
  const end = at + 6 + u16be(bytes, at + 4)
  if (end < frame.sentEnd) frame.sentEnd = end
  if (end < frame.limit) frame.limit = end
  frame.offset = at + 6
  return PPP
}

/** RFC 1661, with or without HDLC's address and control; a protocol field of one byte is odd. */
export const decodePpp = (frame: Frame): Layer => {
  const { bytes } = frame
  if (frame.offset + 4 > frame.limit) return cut(frame)
  if (bytes[frame.offset] === ALL_STATIONS && bytes[frame.offset + 1] === UNNUMBERED) frame.offset += 2
  const short = (bytes[frame.offset] & 1) === 1
  const protocol = short ? bytes[frame.offset] : u16be(bytes, frame.offset)
  frame.offset += short ? 1 : 2
  switch (protocol) {
    case 0x0021:
      return IPV4
    case 0x0057:
      return IPV6
    case 0x0281:
    case 0x0283:
      return MPLS
    default:
      return NONE
  }
}

/** Cisco's HDLC, or PPP on the same line (LINKTYPE_C_HDLC): address, control, then an EtherType. */
export const decodeHdlc = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 4 > frame.limit) return cut(frame)
  if (bytes[at] === ALL_STATIONS) return PPP
  frame.offset = at + 4
  return ofEtherType(u16be(bytes, at + 2))
}

/** An IP packet in PPPoE's session stage. */
export const encodePppoe = (payload: Uint8Array, protocol: number): Uint8Array => {
  const bytes = new Uint8Array(8 + payload.length)
  bytes[0] = 0x11
  writeU16be(bytes, 2, 7)
  writeU16be(bytes, 4, 2 + payload.length)
  writeU16be(bytes, 6, protocol)
  bytes.set(payload, 8)
  return bytes
}
