import { u16be } from '../bytes/numbers.ts'
import { hex } from './place.ts'

/** What an OPT record says (RFC 6891 section 6.1). */
export interface Edns {
  /** Bytes of a datagram that the sender takes. */
  size: number
  version: number
  /** Upper eight bits of the response code. */
  extendedCode: number
  /** DNSSEC is wanted (RFC 3225). */
  dnssec: boolean
  /** Name of each option, or its number; and its data, at most 256 bytes, in hex. */
  options: { code: string; data: string }[]
}

const MOST_OPTIONS = 32
const LONGEST_DATA = 256
const OPTIONS: Readonly<Record<number, string>> = {
  ...{ 3: 'NSID', 5: 'DAU', 6: 'DHU', 7: 'N3U', 8: 'ECS', 9: 'EXPIRE', 10: 'COOKIE', 11: 'TCP-KEEPALIVE', 12: 'PADDING', 13: 'CHAIN' },
  ...{ 14: 'KEY-TAG', 15: 'EDE', 18: 'REPORT-CHANNEL', 19: 'ZONEVERSION' },
}

/** An OPT record keeps the size in the place of its class, and the flags in that of its time to live. */
export const readEdns = (size: number, ttl: number, bytes: Uint8Array, from: number, to: number): Edns => {
  const options: Edns['options'] = []
  let at = from
  while (at + 4 <= to && options.length < MOST_OPTIONS) {
    const next = at + 4 + u16be(bytes, at + 2)
    if (next > to) break
    const code = u16be(bytes, at)
    options.push({ code: OPTIONS[code] ?? String(code), data: hex(bytes, at + 4, Math.min(next, at + 4 + LONGEST_DATA)) })
    at = next
  }
  return { size, version: (ttl >>> 16) & 255, extendedCode: ttl >>> 24, dnssec: (ttl & 0x8000) !== 0, options }
}
