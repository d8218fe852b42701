import { u16be, u32be } from '../bytes/numbers.ts'
import { ipText, MAPPED } from '../packet/address.ts'
import { A, AAAA, CAA, CNAME, DNAME, DNSKEY, DS, HTTPS, MX, NS, PTR, SOA, SPF, SRV, SVCB, TXT, URI } from './codes.ts'
import { escaped, readName } from './name.ts'
import { hex, hexText, type Place } from './place.ts'
import { serviceText } from './service.ts'

/** Kept of a record's data as text. */
const LONGEST_TEXT = 1024

/** A record's data as a zone file has them (RFC 1035 section 5.1), names without the last dot, at most 1024 characters; undefined when they are not what the type says. */
export const dataText = (type: number, place: Place): string | undefined => {
  const text = TEXTS[type]?.(place) ?? (type in TEXTS ? undefined : hexText(place))
  return text !== undefined && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT - 1)}…` : text
}

/** The address of an A or AAAA record. */
export const addressOf = (type: number, { bytes, at, to }: Place): string | undefined => {
  const word = (offset: number): number => u32be(bytes, at + offset) | 0
  if (type === A && to - at === 4) return ipText(0, 0, MAPPED, word(0))
  if (type === AAAA && to - at === 16) return ipText(word(0), word(4), word(8), word(12))
  return undefined
}

/** A name that the data end with, behind `before` bytes of numbers. */
const nameBehind = ({ bytes, start, at, to }: Place, before: number): string | undefined => {
  const name = readName(bytes, start, at + before, to)
  return name?.next === to ? name.name : undefined
}

const numbers = ({ bytes, at }: Place, count: number): string => Array.from({ length: count }, (_, i) => u16be(bytes, at + 2 * i)).join(' ')

const named =
  (count: number) =>
  (place: Place): string | undefined => {
    const name = nameBehind(place, 2 * count)
    return name === undefined ? undefined : count === 0 ? name : `${numbers(place, count)} ${name}`
  }

/** RFC 1035 section 3.3.13. */
const soa = ({ bytes, start, at, to }: Place): string | undefined => {
  const primary = readName(bytes, start, at, to)
  const mailbox = primary && readName(bytes, start, primary.next, to)
  if (mailbox?.next !== to - 20) return undefined
  const times = [0, 4, 8, 12, 16].map((offset) => u32be(bytes, mailbox.next + offset))
  return `${primary!.name} ${mailbox.name} ${times.join(' ')}`
}

const quoted = (bytes: Uint8Array, at: number, to: number): string => {
  let text = ''
  for (let i = at; i < to && text.length <= LONGEST_TEXT; i++) text += escaped(bytes[i], [0x22, 0x5c])
  return `"${text}"`
}

/** Character strings, one after another (RFC 1035 section 3.3.14). */
const strings = ({ bytes, at, to }: Place): string | undefined => {
  const parts: string[] = []
  let from = at
  while (from < to) {
    const next = from + 1 + bytes[from]
    if (next > to) return undefined
    if (parts.length <= LONGEST_TEXT / 2) parts.push(quoted(bytes, from + 1, next))
    from = next
  }
  return parts.join(' ')
}

/** RFC 8659 section 4.1. */
const caa = ({ bytes, at, to }: Place): string | undefined => {
  const value = at + 2 + bytes[at + 1]
  if (to - at < 2 || value > to) return undefined
  return `${bytes[at]} ${quoted(bytes, at + 2, value).slice(1, -1)} ${quoted(bytes, value, to)}`
}

/** RFC 7553 section 4.5. */
const uri = (place: Place): string | undefined =>
  place.to - place.at < 4 ? undefined : `${numbers(place, 2)} ${quoted(place.bytes, place.at + 4, place.to)}`

/** Key material is opaque: the numbers before it say what it is (RFC 4034 sections 2.1 and 5.1). */
const key = (place: Place): string | undefined => {
  const { bytes, at, to } = place
  return to - at < 4 ? undefined : `${u16be(bytes, at)} ${bytes[at + 2]} ${bytes[at + 3]} ${hex(bytes, at + 4, to)}`
}

const TEXTS: Readonly<Record<number, (place: Place) => string | undefined>> = {
  [A]: (place) => addressOf(A, place),
  [AAAA]: (place) => addressOf(AAAA, place),
  [NS]: named(0),
  [CNAME]: named(0),
  [PTR]: named(0),
  [DNAME]: named(0),
  [MX]: named(1),
  [SRV]: named(3),
  [SOA]: soa,
  [TXT]: strings,
  [SPF]: strings,
  [CAA]: caa,
  [URI]: uri,
  [DS]: key,
  [DNSKEY]: key,
  [SVCB]: serviceText,
  [HTTPS]: serviceText,
}
