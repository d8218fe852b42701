import { u16be, writeU16be, writeU32be } from '../bytes/numbers.ts'
import { enterTunnel, type Frame } from './frame.ts'
import { ETHERNET, IPV4, IPV6, type Layer, NONE, NSH, ofEtherType } from './layer.ts'

/** RFC 7348, and the port that Linux had before. */
export const VXLAN_PORTS = { standard: 4789, linux: 8472 } as const
/** RFC 8926. */
export const GENEVE_PORT = 6081

const VALID_ID = 0x08
/** Generic protocol extension: the fourth byte names what follows (draft-ietf-nvo3-vxlan-gpe). */
const NEXT_PROTOCOL = 0x04

/** RFC 7348, 5. Flags and reserved bytes must be what they can be, and a whole frame follow: else it is another protocol on the port. */
export const decodeVxlan = (frame: Frame): Layer => {
  const { bytes, payload: at, limit } = frame
  if (at + 8 + 14 > limit) return NONE
  const flags = bytes[at]
  const next = flags & NEXT_PROTOCOL ? ofNext(bytes[at + 3]) : ETHERNET
  if ((flags & VALID_ID) === 0 || flags & 0x30 || bytes[at + 7] !== 0 || next === NONE) return NONE
  frame.offset = at + 8
  return enterTunnel(frame, next)
}

const ofNext = (protocol: number): Layer => {
  switch (protocol) {
    case 1:
      return IPV4
    case 2:
      return IPV6
    case 3:
      return ETHERNET
    case 4:
      return NSH
    default:
      return NONE
  }
}

/** RFC 8926, 3.4: version 0, options in words of four bytes, an EtherType. */
export const decodeGeneve = (frame: Frame): Layer => {
  const { bytes, payload: at, limit } = frame
  if (at + 8 > limit) return NONE
  const options = (bytes[at] & 0x3f) << 2
  if (bytes[at] >> 6 !== 0 || bytes[at + 1] & 0x3f || bytes[at + 7] !== 0 || at + 8 + options > limit) return NONE
  const type = u16be(bytes, at + 2)
  const next = type === 0x6558 ? ETHERNET : ofEtherType(type)
  if (next === NONE) return NONE
  frame.offset = at + 8 + options
  return enterTunnel(frame, next)
}

/** Network service header (RFC 8300): its length is in words of four bytes. */
export const decodeNsh = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  const length = (bytes[at + 1] & 0x3f) << 2
  if (at + 8 > frame.limit || bytes[at] >> 6 !== 0 || length < 8 || at + length > frame.limit) return NONE
  frame.offset = at + length
  const next = ofNext(bytes[at + 3])
  return next === NSH ? NONE : next
}

export const encodeVxlan = (frame: Uint8Array, network: number): Uint8Array => {
  const bytes = new Uint8Array(8 + frame.length)
  bytes[0] = VALID_ID
  writeU32be(bytes, 4, (network << 8) >>> 0)
  bytes.set(frame, 8)
  return bytes
}

export const encodeGeneve = (payload: Uint8Array, network: number, type: number, options = new Uint8Array(0)): Uint8Array => {
  const bytes = new Uint8Array(8 + options.length + payload.length)
  bytes[0] = options.length >> 2
  writeU16be(bytes, 2, type)
  writeU32be(bytes, 4, (network << 8) >>> 0)
  bytes.set(options, 8)
  bytes.set(payload, 8 + options.length)
  return bytes
}
