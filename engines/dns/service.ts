import { u16be, u32be } from '../bytes/numbers.ts'
import { latin1 } from '../bytes/text.ts'
import { ipText, MAPPED } from '../packet/address.ts'
import { readName } from './name.ts'
import { hex, type Place } from './place.ts'

/** Parameters of a service binding (RFC 9460 section 14.3.2). */
const KEYS = ['mandatory', 'alpn', 'no-default-alpn', 'port', 'ipv4hint', 'ech', 'ipv6hint', 'dohpath', 'ohttp']
const MOST_PARAMETERS = 32

/** Data of SVCB and HTTPS records (RFC 9460 section 2.2): priority, target, and the parameters as a zone file has them. */
export const serviceText = ({ bytes, start, at, to }: Place): string | undefined => {
  const target = readName(bytes, start, at + 2, to)
  if (target === undefined) return undefined
  const parts = [String(u16be(bytes, at)), target.name]
  let from = target.next
  while (from < to) {
    const value = from + 4
    const next = value + u16be(bytes, from + 2)
    if (value > to || next > to || parts.length > MOST_PARAMETERS) return undefined
    parts.push(parameter(u16be(bytes, from), bytes, value, next))
    from = next
  }
  return parts.join(' ')
}

const parameter = (key: number, bytes: Uint8Array, at: number, to: number): string => {
  const name = KEYS[key] ?? `key${key}`
  return at === to ? name : `${name}=${parameterValue(name, bytes, at, to)}`
}

const parameterValue = (name: string, bytes: Uint8Array, at: number, to: number): string => {
  const each = (size: number, text: (from: number) => string): string =>
    Array.from({ length: Math.floor((to - at) / size) }, (_, i) => text(at + size * i)).join(',')
  if (name === 'mandatory') return each(2, (from) => KEYS[u16be(bytes, from)] ?? `key${u16be(bytes, from)}`)
  if (name === 'port') return String(u16be(bytes, at))
  if (name === 'ipv4hint') return each(4, (from) => ipText(0, 0, MAPPED, u32be(bytes, from) | 0))
  if (name === 'ipv6hint') {
    const word = (from: number): number => u32be(bytes, from) | 0
    return each(16, (from) => ipText(word(from), word(from + 4), word(from + 8), word(from + 12)))
  }
  if (name === 'alpn') return protocols(bytes, at, to)
  if (name === 'dohpath') return visible(latin1(bytes, at, to))
  return hex(bytes, at, to)
}

const protocols = (bytes: Uint8Array, at: number, to: number): string => {
  const names: string[] = []
  for (let from = at; from < to; from += 1 + bytes[from]) names.push(visible(latin1(bytes, from + 1, Math.min(to, from + 1 + bytes[from]))))
  return names.join(',')
}

const visible = (text: string): string => text.replace(/[^\x21-\x7e]/g, '?')
