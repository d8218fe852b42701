import { u16be, writeU16be, writeU32be } from '../bytes/numbers.ts'
import { MAPPED, parseIp } from './address.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { FRAGMENT, type Layer, NONE, ofProtocol } from './layer.ts'

/** RFC 791. Options are stepped over; what lies behind the total length is padding of the link. */
export const decodeIpv4 = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 20 > frame.limit) return cut(frame)
  const header = (bytes[at] & 15) << 2
  const total = u16be(bytes, at + 2)
  // A segment that the network card is yet to split can have a total length of zero: all of it counts then.
  if (bytes[at] >> 4 !== 4 || header < 20 || (total < header && total !== 0)) {
    frame.problem = 'bad header'
    return NONE
  }
  if (at + header > frame.limit) return cut(frame)
  if (total !== 0) {
    frame.sentEnd = at + total
    if (frame.sentEnd < frame.limit) frame.limit = frame.sentEnd
  }
  frame.version = 4
  frame.network = at
  frame.hops = bytes[at + 8]
  frame.protocol = bytes[at + 9]
  frame.ident = u16be(bytes, at + 4)
  frame.source0 = frame.source1 = frame.target0 = frame.target1 = 0
  frame.source2 = frame.target2 = MAPPED
  frame.source3 = (bytes[at + 12] << 24) | (bytes[at + 13] << 16) | (bytes[at + 14] << 8) | bytes[at + 15]
  frame.target3 = (bytes[at + 16] << 24) | (bytes[at + 17] << 16) | (bytes[at + 18] << 8) | bytes[at + 19]
  frame.offset = at + header
  const fragment = u16be(bytes, at + 6)
  if ((fragment & 0x3fff) === 0) return ofProtocol(frame.protocol)
  frame.fragment = (fragment & 0x1fff) << 3
  frame.moreFragments = (fragment & 0x2000) !== 0
  return FRAGMENT
}

export interface Ipv4Fields {
  source: string
  target: string
  protocol: number
  ident?: number
  /** Byte offset in the datagram, a multiple of eight. */
  fragment?: number
  moreFragments?: boolean
  /** In place of the true one. */
  totalLength?: number
  options?: Uint8Array
}

/** An IPv4 packet with a right header checksum. */
export const encodeIpv4 = (payload: Uint8Array, fields: Ipv4Fields): Uint8Array => {
  const options = fields.options ?? new Uint8Array(0)
  const header = 20 + options.length
  const bytes = new Uint8Array(header + payload.length)
  bytes[0] = 0x40 | (header >> 2)
  writeU16be(bytes, 2, fields.totalLength ?? bytes.length)
  writeU16be(bytes, 4, fields.ident ?? 0)
  writeU16be(bytes, 6, ((fields.fragment ?? 0) >> 3) | (fields.moreFragments ? 0x2000 : 0))
  bytes[8] = 64
  bytes[9] = fields.protocol
  writeU32be(bytes, 12, parseIp(fields.source)[3])
  writeU32be(bytes, 16, parseIp(fields.target)[3])
  bytes.set(options, 20)
  let sum = 0
  for (let i = 0; i < header; i += 2) sum += u16be(bytes, i)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  writeU16be(bytes, 10, ~sum)
  bytes.set(payload, header)
  return bytes
}
