import { u16be, u32be, writeU16be, writeU32be } from '../bytes/numbers.ts'
import { parseIp } from './address.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { FRAGMENT, type Layer, NONE, ofProtocol } from './layer.ts'

const HOP_BY_HOP = 0
const ROUTING = 43
const FRAGMENT_HEADER = 44
const AUTHENTICATION = 51
const DESTINATION = 60
const MOBILITY = 135
const HOST_IDENTITY = 139
const SHIM6 = 140

/** RFC 8200. */
export const decodeIpv6 = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 40 > frame.limit) return cut(frame)
  if (bytes[at] >> 4 !== 6) {
    frame.problem = 'bad header'
    return NONE
  }
  const length = u16be(bytes, at + 4)
  // Zero: a jumbogram, or a segment that the network card is yet to split.
  if (length !== 0) {
    frame.sentEnd = at + 40 + length
    if (frame.sentEnd < frame.limit) frame.limit = frame.sentEnd
  }
  frame.version = 6
  frame.network = -1
  frame.ident = -1
  frame.hops = bytes[at + 7]
  frame.source0 = u32be(bytes, at + 8) | 0
  frame.source1 = u32be(bytes, at + 12) | 0
  frame.source2 = u32be(bytes, at + 16) | 0
  frame.source3 = u32be(bytes, at + 20) | 0
  frame.target0 = u32be(bytes, at + 24) | 0
  frame.target1 = u32be(bytes, at + 28) | 0
  frame.target2 = u32be(bytes, at + 32) | 0
  frame.target3 = u32be(bytes, at + 36) | 0
  frame.offset = at + 40
  return extensions(frame, bytes[at + 6])
}

/** Steps over extension headers; each is longer than nothing, so this ends. */
export const extensions = (frame: Frame, first: number): Layer => {
  const { bytes } = frame
  let next = first
  for (;;) {
    const at = frame.offset
    frame.protocol = next
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION:
      case MOBILITY:
      case HOST_IDENTITY:
      case SHIM6:
        if (at + 8 > frame.limit) return cut(frame)
        frame.offset = at + 8 + bytes[at + 1] * 8
        break
      case AUTHENTICATION:
        if (at + 8 > frame.limit) return cut(frame)
        frame.offset = at + 8 + bytes[at + 1] * 4
        break
      case FRAGMENT_HEADER:
        if (at + 8 > frame.limit) return cut(frame)
        if (fragmentHeader(frame, at)) return FRAGMENT
        break
      default:
        return ofProtocol(next)
    }
    next = bytes[at]
  }
}

/** False for an atomic fragment (RFC 6946): the whole datagram. */
const fragmentHeader = (frame: Frame, at: number): boolean => {
  const { bytes } = frame
  const field = u16be(bytes, at + 2)
  frame.offset = at + 8
  frame.protocol = bytes[at]
  if ((field & 0xfff9) === 0) return false
  frame.fragment = field & 0xfff8
  frame.moreFragments = (field & 1) !== 0
  frame.ident = u32be(bytes, at + 4) | 0
  return true
}

export interface Ipv6Fields {
  source: string
  target: string
  /** The first header after this one. */
  next: number
}

/** An IPv6 packet; extension headers are part of the payload. */
export const encodeIpv6 = (payload: Uint8Array, fields: Ipv6Fields): Uint8Array => {
  const bytes = new Uint8Array(40 + payload.length)
  bytes[0] = 0x60
  writeU16be(bytes, 4, payload.length)
  bytes[6] = fields.next
  bytes[7] = 64
  parseIp(fields.source).forEach((word, i) => {
    writeU32be(bytes, 8 + 4 * i, word)
  })
  parseIp(fields.target).forEach((word, i) => {
    writeU32be(bytes, 24 + 4 * i, word)
  })
  bytes.set(payload, 40)
  return bytes
}
