import { u16be, writeU16be } from '../bytes/numbers.ts'
import type { Frame } from './frame.ts'
import { ETHERNET, type Layer, LLC, NONE, ofEtherType } from './layer.ts'

/** Ethernet II, or IEEE 802.3 with a length in place of a type. */
export const decodeEthernet = (frame: Frame): Layer => {
  const at = frame.offset
  if (at + 14 > frame.limit) return cut(frame)
  frame.ethernet = at
  frame.offset = at + 14
  const type = u16be(frame.bytes, at + 12)
  return type < 0x0600 ? LLC : ofEtherType(type)
}

/** One 802.1Q or 802.1ad tag; the innermost one counts. */
export const decodeVlan = (frame: Frame): Layer => {
  const at = frame.offset
  if (at + 4 > frame.limit) return cut(frame)
  frame.vlan = u16be(frame.bytes, at) & 0x0fff
  frame.offset = at + 4
  return ofEtherType(u16be(frame.bytes, at + 2))
}

/** IEEE 802.2 with SNAP (RFC 1042): an EtherType behind three more fields. */
export const decodeLlc = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 8 > frame.limit) return cut(frame)
  if (bytes[at] !== 0xaa || bytes[at + 1] !== 0xaa || bytes[at + 2] !== 3) return NONE
  frame.offset = at + 8
  return ofEtherType(u16be(bytes, at + 6))
}

/** Cisco's FabricPath: the tag of its own Ethernet header, then the frame as it came in. */
export const decodeFabricPath = (frame: Frame): Layer => {
  if (frame.offset + 2 > frame.limit) return cut(frame)
  frame.offset += 2
  return ETHERNET
}

export const cut = (frame: Frame): Layer => {
  frame.problem = 'header cut'
  return NONE
}

/** An Ethernet frame with as many VLAN tags as ids, padded to the 60 bytes a short one has. */
export const encodeEthernet = (payload: Uint8Array, etherType: number, vlans: number[] = []): Uint8Array => {
  const header = 14 + 4 * vlans.length
  const bytes = new Uint8Array(Math.max(60, header + payload.length))
  bytes.set([2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1])
  vlans.forEach((vlan, i) => {
    writeU16be(bytes, 12 + 4 * i, 0x8100)
    writeU16be(bytes, 14 + 4 * i, vlan)
  })
  writeU16be(bytes, header - 2, etherType)
  bytes.set(payload, header)
  return bytes
}
