import { Header, mac, type PacketLayer } from './layer.ts'
import { etherName } from './layer-names.ts'

/** IEEE 802.3. */
export const ethernet = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header
    .field('Destination', 0, 6, mac(bytes, from))
    .field('Source', 6, 6, mac(bytes, from + 6))
    .field('Type', 12, 2, header.u16(12) < 0x600 ? `${header.u16(12)} bytes` : etherName(header.u16(12)))
    .layer('Ethernet', 14)
}

/** IEEE 802.1Q. */
export const vlan = (bytes: Uint8Array, from: number): PacketLayer => {
  const tag = new Header(bytes, from)
  return tag
    .field('Priority', 0, 1, tag.u8(0) >> 5)
    .field('Id', 0, 2, tag.u16(0) & 0xfff)
    .field('Type', 2, 2, etherName(tag.u16(2)))
    .layer('VLAN', 4)
}

/** IEEE 802.2 with SNAP (RFC 1042). */
export const llc = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header.field('Type', 6, 2, etherName(header.u16(6))).layer('Logical link control', 8)
}

const DIRECTIONS = ['to us', 'broadcast', 'multicast', 'to another host', 'from us']

/** Linux "cooked" captures, of the interface `any`. */
export const cooked = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header
    .field('Packet type', 0, 2, DIRECTIONS[header.u16(0)] ?? 'unknown')
    .field('Source', 6, 6, mac(bytes, from + 6))
    .field('Protocol', 14, 2, etherName(header.u16(14)))
    .layer('Linux cooked capture', 16)
}

export const cooked2 = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header
    .field('Protocol', 0, 2, etherName(header.u16(0)))
    .field('Interface', 4, 4, header.u32(4))
    .field('Packet type', 10, 1, DIRECTIONS[header.u8(10)] ?? 'unknown')
    .field('Source', 12, 6, mac(bytes, from + 12))
    .layer('Linux cooked capture', 20)
}

/** BSD loopback: a family in either byte order. */
export const loopback = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header.field('Family', 0, 4, header.u8(0) + header.u8(1) + header.u8(2) + header.u8(3)).layer('Loopback', 4)
}
