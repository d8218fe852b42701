import { bits, Header, hex, type PacketLayer } from './layer.ts'
import { etherName } from './layer-names.ts'

/** RFC 3032: labels down to the bottom of the stack, and the control word (RFC 4385) where one follows. */
export function mpls(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  let at = 0
  for (let bottom = false; !bottom && from + at + 4 <= to; at += 4) {
    const label = header.u32(at)
    bottom = (label & 0x100) !== 0
    header.field('Label', at, 4, `${label >>> 12}, time to live ${label & 255}`)
  }
  if (from + at < to) header.field('Control word', at, to - from - at, hex(header.u32(at), 8))
  return header.layer('MPLS', to - from)
}

/** RFC 2516. */
export const pppoe = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header
    .field('Code', 1, 1, hex(header.u8(1), 2))
    .field('Session', 2, 2, header.u16(2))
    .field('Length', 4, 2, header.u16(4))
    .layer('PPP over Ethernet', 6)
}

/** RFC 1661: at its end the protocol, in one byte or two. */
export function ppp(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  const short = (to - from) % 2 === 1
  const at = to - from - (short ? 1 : 2)
  return header
    .field('Protocol', at, short ? 1 : 2, hex(short ? header.u8(at) : header.u16(at), 4))
    .layer('Point-to-Point Protocol', to - from)
}

/** RFC 2784 and 2890; version 1 is RFC 2637. */
export function gre(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  const flags = header.u16(0)
  const names: [number, string][] = [
    [0x8000, 'checksum'],
    [0x2000, 'key'],
    [0x1000, 'sequence'],
    ...((flags & 7) === 1 ? [[0x80, 'acknowledgement'] as [number, string]] : []),
  ]
  header
    .field('Flags', 0, 2, bits(flags, names) || 'none')
    .field('Version', 1, 1, flags & 7)
    .field('Protocol', 2, 2, etherName(header.u16(2)))
  let at = 4
  for (const [bit, name] of names) {
    if (!(flags & bit)) continue
    header.field(
      name === 'checksum' ? 'Checksum' : name[0].toUpperCase() + name.slice(1),
      at,
      4,
      name === 'checksum' ? hex(header.u16(at), 4) : header.u32(at),
    )
    at += 4
  }
  return header.layer('Generic Routing Encapsulation', to - from)
}

/** draft-foschiano-erspan: of both kinds. */
export function erspan(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  return header
    .field('Version', 0, 1, header.u8(0) >> 4)
    .field('VLAN', 0, 2, header.u16(0) & 0xfff)
    .field('Session', 2, 2, header.u16(2) & 0x3ff)
    .layer('ERSPAN', to - from)
}

/** RFC 7348. */
export const vxlan = (bytes: Uint8Array, from: number): PacketLayer => {
  const header = new Header(bytes, from)
  return header
    .field('Flags', 0, 1, hex(header.u8(0), 2))
    .field('Network', 4, 3, header.u32(4) >>> 8)
    .layer('VXLAN', 8)
}

/** RFC 8926, section 3.4. */
export function geneve(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  header.field('Protocol', 2, 2, etherName(header.u16(2))).field('Network', 4, 3, header.u32(4) >>> 8)
  if (to - from > 8) header.field('Options', 8, to - from - 8, `${to - from - 8} bytes`)
  return header.layer('Geneve', to - from)
}

/** 3GPP TS 29.281, section 5. */
export function gtp(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  header
    .field('Message type', 1, 1, header.u8(1))
    .field('Length', 2, 2, header.u16(2))
    .field('Tunnel', 4, 4, hex(header.u32(4), 8))
  if (to - from > 8) header.field('Extension headers', 8, to - from - 8, `${to - from - 8} bytes`)
  return header.layer('GTP user plane', to - from)
}

/** RFC 8300. */
export function nsh(bytes: Uint8Array, from: number, to: number): PacketLayer {
  const header = new Header(bytes, from)
  return header
    .field('Service path', 4, 3, header.u32(4) >>> 8)
    .field('Service index', 7, 1, header.u8(7))
    .layer('Network Service Header', to - from)
}
