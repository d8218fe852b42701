import { ipText, MAPPED } from '#engines/packet/address.ts'
import { bits, Header, hex, type PacketLayer } from './layer.ts'

const PROTOCOLS: Record<number, string> = {
  1: 'ICMP',
  4: 'IPv4',
  6: 'TCP',
  17: 'UDP',
  41: 'IPv6',
  44: 'Fragment',
  47: 'GRE',
  50: 'ESP',
  58: 'ICMPv6',
  132: 'SCTP',
}
const protocolName = (number: number): string => (PROTOCOLS[number] ? `${number} (${PROTOCOLS[number]})` : String(number))

/** RFC 791, section 3.1. */
export function ipv4(bytes: Uint8Array, from: number): PacketLayer | undefined {
  const header = new Header(bytes, from)
  const length = (header.u8(0) & 15) * 4
  if (!(length >= 20) || from + length > bytes.length) return undefined
  const address = (at: number) => ipText(0, 0, MAPPED, header.u32(at) | 0)
  const [total, fragment] = [header.u16(2), header.u16(6)]
  header
    .field('Version', 0, 1, header.u8(0) >> 4)
    .field('Header length', 0, 1, `${length} bytes`)
    .field('Services', 1, 1, `DSCP ${header.u8(1) >> 2}, ECN ${header.u8(1) & 3}`)
    .field('Total length', 2, 2, total === 0 ? '0: left to the network card' : total)
    .field('Identification', 4, 2, hex(header.u16(4), 4))
    .field(
      'Flags',
      6,
      1,
      bits(fragment, [
        [0x4000, "don't fragment"],
        [0x2000, 'more fragments'],
      ]) || 'none',
    )
    .field('Fragment offset', 6, 2, (fragment & 0x1fff) * 8)
    .field('Time to live', 8, 1, header.u8(8))
    .field('Protocol', 9, 1, protocolName(header.u8(9)))
    .field('Header checksum', 10, 2, hex(header.u16(10), 4))
    .field('Source', 12, 4, address(12))
    .field('Destination', 16, 4, address(16))
  if (length > 20) header.field('Options', 20, length - 20, `${length - 20} bytes`)
  return header.layer('Internet Protocol 4', length)
}

const EXTENSIONS: Record<number, string> = {
  0: 'Hop-by-hop options',
  43: 'Routing',
  44: 'Fragment',
  51: 'Authentication',
  60: 'Destination options',
}

/** RFC 8200, section 3. */
export function ipv6(bytes: Uint8Array, from: number): PacketLayer | undefined {
  if (from + 40 > bytes.length) return undefined
  const header = new Header(bytes, from)
  const address = (at: number) => ipText(header.u32(at) | 0, header.u32(at + 4) | 0, header.u32(at + 8) | 0, header.u32(at + 12) | 0)
  header
    .field('Version', 0, 1, header.u8(0) >> 4)
    .field('Traffic class', 0, 2, hex((header.u16(0) >> 4) & 255, 2))
    .field('Flow label', 1, 3, hex(header.u32(0) & 0xfffff, 5))
    .field('Payload length', 4, 2, header.u16(4))
    .field('Next header', 6, 1, protocolName(header.u8(6)))
    .field('Hop limit', 7, 1, header.u8(7))
    .field('Source', 8, 16, address(8))
    .field('Destination', 24, 16, address(24))
  let [protocol, length] = [header.u8(6), 40]
  while (protocol in EXTENSIONS && from + length + 8 <= bytes.length) {
    const size = protocol === 44 ? 8 : protocol === 51 ? (header.u8(length + 1) + 2) * 4 : (header.u8(length + 1) + 1) * 8
    header.field(EXTENSIONS[protocol], length, size, `next ${protocolName(header.u8(length))}`)
    protocol = header.u8(length)
    length += size
  }
  return header.layer('Internet Protocol 6', Math.min(length, bytes.length - from))
}

/** RFC 792 and RFC 4443: type, code, checksum. */
export function icmp(bytes: Uint8Array, from: number, version: 4 | 6): PacketLayer | undefined {
  if (from + 8 > bytes.length) return undefined
  const header = new Header(bytes, from)
  return header
    .field('Type', 0, 1, header.u8(0))
    .field('Code', 1, 1, header.u8(1))
    .field('Checksum', 2, 2, hex(header.u16(2), 4))
    .field('Rest of header', 4, 4, hex(header.u32(4), 8))
    .layer(version === 4 ? 'Internet Control Message Protocol' : 'Internet Control Message Protocol 6', 8)
}
