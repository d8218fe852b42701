import { u16be, u32be } from '#engines/bytes/numbers.ts'
import { bits, Header, hex, type PacketField, type PacketLayer } from './layer.ts'

const FLAGS: [number, string][] = [
  [128, 'CWR'],
  [64, 'ECE'],
  [32, 'URG'],
  [16, 'ACK'],
  [8, 'PSH'],
  [4, 'RST'],
  [2, 'SYN'],
  [1, 'FIN'],
]

/** RFC 9293, section 3.1. Undefined: the header is cut, or its length makes no sense. */
export function tcp(bytes: Uint8Array, from: number): PacketLayer | undefined {
  const header = new Header(bytes, from)
  const length = (header.u8(12) >> 4) * 4
  if (!(length >= 20) || from + length > bytes.length) return undefined
  header
    .field('Source port', 0, 2, header.u16(0))
    .field('Destination port', 2, 2, header.u16(2))
    .field('Sequence number', 4, 4, header.u32(4))
    .field('Acknowledgement number', 8, 4, header.u32(8))
    .field('Header length', 12, 1, `${length} bytes`)
    .field('Flags', 13, 1, `${hex(header.u8(13), 2)} ${bits(header.u8(13), FLAGS)}`.trim())
    .field('Window', 14, 2, header.u16(14))
    .field('Checksum', 16, 2, hex(header.u16(16), 4))
    .field('Urgent pointer', 18, 2, header.u16(18))
  header.fields.push(...options(bytes, from + 20, from + length))
  return header.layer('Transmission Control Protocol', length)
}

const OPTIONS: Record<number, string> = {
  2: 'Maximum segment size',
  3: 'Window scale',
  4: 'SACK permitted',
  5: 'SACK',
  8: 'Timestamps',
  28: 'User timeout',
  29: 'Authentication',
  30: 'Multipath TCP',
  34: 'Fast Open',
}

function options(bytes: Uint8Array, from: number, end: number): PacketField[] {
  const out: PacketField[] = []
  let at = from
  while (at < end && bytes[at] !== 0) {
    if (bytes[at] === 1) {
      out.push({ name: 'Option', value: 'no operation', from: at, to: at + 1 })
      at++
      continue
    }
    const [kind, length] = [bytes[at], bytes[at + 1]]
    if (at + 1 >= end || length < 2 || at + length > end) {
      out.push({ name: 'Option', value: `${kind}, whose length makes no sense`, from: at, to: end })
      return out
    }
    out.push({ name: OPTIONS[kind] ?? `Option ${kind}`, value: optionValue(bytes, kind, at + 2, at + length), from: at, to: at + length })
    at += length
  }
  if (at < end) out.push({ name: 'Option', value: 'end of options', from: at, to: end })
  return out
}

function optionValue(bytes: Uint8Array, kind: number, from: number, end: number): string {
  const length = end - from
  if (kind === 2 && length === 2) return String(u16be(bytes, from))
  if (kind === 3 && length === 1) return `× ${2 ** Math.min(bytes[from], 14)} (shift ${bytes[from]})`
  if (kind === 4) return 'yes'
  if (kind === 5 && length % 8 === 0)
    return Array.from({ length: length / 8 }, (_, i) => `${u32be(bytes, from + i * 8)}–${u32be(bytes, from + i * 8 + 4)}`).join(', ')
  if (kind === 8 && length === 8) return `${u32be(bytes, from)}, echo ${u32be(bytes, from + 4)}`
  return Array.from(bytes.subarray(from, end), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}

/** RFC 768. */
export function udp(bytes: Uint8Array, from: number): PacketLayer | undefined {
  if (from + 8 > bytes.length) return undefined
  const header = new Header(bytes, from)
  return header
    .field('Source port', 0, 2, header.u16(0))
    .field('Destination port', 2, 2, header.u16(2))
    .field('Length', 4, 2, header.u16(4))
    .field('Checksum', 6, 2, hex(header.u16(6), 4))
    .layer('User Datagram Protocol', 8)
}
