import { Header, hex, mac, type PacketLayer } from './layer.ts'
import { icmp, ipv4, ipv6, type Network } from './network.ts'
import { tcp, udp } from './transport.ts'

/** What comes next: an EtherType, or -1 for what is not known. */
type Link = { layers: PacketLayer[]; type: number; at: number }

const ETHER_TYPES: Record<number, string> = {
  2048: 'IPv4',
  2054: 'ARP',
  33024: 'VLAN',
  34984: 'VLAN',
  34525: 'IPv6',
  34887: 'MPLS',
  34916: 'PPPoE',
}
const etherName = (type: number): string => `${hex(type, 4)}${ETHER_TYPES[type] ? ` (${ETHER_TYPES[type]})` : ''}`

/**
 * The layers of a captured packet, each value with the bytes it was read from, as far as headers are known: link, IP, TCP, UDP, ICMP.
 * What no header holds is the last one, named `Payload`. Never throws. `linkType`: tcpdump.org/linktypes.html.
 */
export function layersOf(bytes: Uint8Array, linkType: number): PacketLayer[] {
  const { layers, type, at } = link(bytes, linkType)
  const network = type === 0x0800 ? ipv4(bytes, at) : type === 0x86dd ? ipv6(bytes, at) : undefined
  if (!network) return withRest(layers, bytes, at, bytes.length)
  layers.push(network.layer)
  const behind = network.layer.to
  const above = network.fragment ? undefined : transport(bytes, behind, network)
  if (above) layers.push(above)
  return withRest(layers, bytes, above?.to ?? behind, network.end)
}

function transport(bytes: Uint8Array, at: number, { protocol }: Network): PacketLayer | undefined {
  if (protocol === 6) return tcp(bytes, at)
  if (protocol === 17) return udp(bytes, at)
  if (protocol === 1) return icmp(bytes, at, 4)
  return protocol === 58 ? icmp(bytes, at, 6) : undefined
}

function withRest(layers: PacketLayer[], bytes: Uint8Array, at: number, end: number): PacketLayer[] {
  if (end > at) layers.push({ name: 'Payload', from: at, to: end, fields: [], note: `${end - at} bytes` })
  if (bytes.length > Math.max(end, at))
    layers.push({
      name: 'Trailer',
      from: Math.max(end, at),
      to: bytes.length,
      fields: [],
      note: `${bytes.length - Math.max(end, at)} bytes that no packet counts: padding of the link`,
    })
  return layers
}

function link(bytes: Uint8Array, linkType: number): Link {
  const none: Link = { layers: [], type: -1, at: 0 }
  if (linkType === 1) return bytes.length < 14 ? none : ethernet(bytes)
  if (linkType === 113 || linkType === 276) return cooked(bytes, linkType) ?? none
  if (linkType === 0 || linkType === 108) return loopback(bytes) ?? none
  if ([12, 14, 101].includes(linkType)) return { layers: [], type: versionType(bytes[0]), at: 0 }
  if (linkType === 228) return { layers: [], type: 0x0800, at: 0 }
  return linkType === 229 ? { layers: [], type: 0x86dd, at: 0 } : none
}

const versionType = (first: number | undefined): number => ({ 4: 0x0800, 6: 0x86dd })[(first ?? 0) >> 4] ?? -1

/** IEEE 802.3, with the tags of 802.1Q. */
function ethernet(bytes: Uint8Array): Link {
  const header = new Header(bytes, 0)
  const layers = [
    header
      .field('Destination', 0, 6, mac(bytes, 0))
      .field('Source', 6, 6, mac(bytes, 6))
      .field('Type', 12, 2, etherName(header.u16(12)))
      .layer('Ethernet', 14),
  ]
  let [type, at] = [header.u16(12), 14]
  while ((type === 0x8100 || type === 0x88a8) && at + 4 <= bytes.length) {
    const tag = new Header(bytes, at)
    layers.push(
      tag
        .field('Priority', 0, 1, tag.u8(0) >> 5)
        .field('Id', 0, 2, tag.u16(0) & 0xfff)
        .field('Type', 2, 2, etherName(tag.u16(2)))
        .layer('VLAN', 4),
    )
    type = tag.u16(2)
    at += 4
  }
  return { layers, type, at }
}

/** Linux "cooked" captures, of the interface `any`. */
function cooked(bytes: Uint8Array, linkType: number): Link | undefined {
  const second = linkType === 276
  const length = second ? 20 : 16
  if (bytes.length < length) return undefined
  const header = new Header(bytes, 0)
  const [protocol, kind] = second ? [0, 10] : [14, 0]
  header.field('Protocol', protocol, 2, etherName(header.u16(protocol)))
  header.field('Packet type', kind, second ? 1 : 2, DIRECTIONS[second ? header.u8(kind) : header.u16(kind)] ?? 'unknown')
  if (second) header.field('Interface', 4, 4, header.u32(4))
  header.field('Source', second ? 12 : 6, 6, mac(bytes, second ? 12 : 6))
  return { layers: [header.layer('Linux cooked capture', length)], type: header.u16(protocol), at: length }
}

const DIRECTIONS = ['to us', 'broadcast', 'multicast', 'to another host', 'from us']

/** BSD loopback: a family in either byte order. */
function loopback(bytes: Uint8Array): Link | undefined {
  if (bytes.length < 4) return undefined
  const family = bytes[0] + bytes[1] + bytes[2] + bytes[3]
  const type = family === 2 ? 0x0800 : [10, 24, 28, 30].includes(family) ? 0x86dd : -1
  return { layers: [new Header(bytes, 0).field('Family', 0, 4, family).layer('Loopback', 4)], type, at: 4 }
}
