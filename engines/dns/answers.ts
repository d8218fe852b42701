import { u16be } from '../bytes/numbers.ts'
import { ipText, MAPPED } from '../packet/address.ts'

/** That an address has a name, as a DNS server told it. */
export interface DnsAnswer {
  ip: string
  /** Without the last dot, in lower case. */
  name: string
  /** How long it holds, in seconds. */
  ttl: number
}

const A = 1
const AAAA = 28
const INTERNET = 1
const HEADER = 12
const LONGEST_NAME = 255
/** More records than any honest message of one datagram has. */
const MOST_RECORDS = 256

/**
 * The addresses in a DNS response (RFC 1035, 4; also mDNS, RFC 6762, and LLMNR, RFC 4795): `start`..`end` of `bytes` is
 * the message. An address asked for has the name that was asked, not the alias it was found under. Of a message that is
 * cut or wrong, what comes before that.
 */
export const dnsAnswers = (bytes: Uint8Array, start: number, end: number): DnsAnswer[] => {
  const answers: DnsAnswer[] = []
  if (end - start < HEADER || (bytes[start + 2] & 0xf8) !== 0x80 || (bytes[start + 3] & 0x0f) !== 0) return answers
  const questions = u16be(bytes, start + 4)
  const records = Math.min(u16be(bytes, start + 6), MOST_RECORDS)
  if (questions > 1) return answers
  let at = start + HEADER
  let asked: string | undefined
  if (questions === 1) {
    const question = readName(bytes, start, at, end)
    if (!question || question.next + 4 > end) return answers
    asked = question.name
    at = question.next + 4
  }
  for (let i = 0; i < records; i++) {
    const owner = readName(bytes, start, at, end)
    if (!owner || owner.next + 10 > end) return answers
    const type = u16be(bytes, owner.next)
    // The highest bit is mDNS's "flush your cache".
    const internet = (u16be(bytes, owner.next + 2) & 0x7fff) === INTERNET
    const ttl = u16be(bytes, owner.next + 4) * 65_536 + u16be(bytes, owner.next + 6)
    const length = u16be(bytes, owner.next + 8)
    const data = owner.next + 10
    at = data + length
    if (at > end) return answers
    const name = asked ?? owner.name
    const ip = internet ? address(bytes, type, data, length) : undefined
    if (ip !== undefined && name !== '') answers.push({ ip, name, ttl })
  }
  return answers
}

const address = (bytes: Uint8Array, type: number, at: number, length: number): string | undefined => {
  const word = (offset: number): number => (u16be(bytes, at + offset) << 16) | u16be(bytes, at + offset + 2)
  if (type === A && length === 4) return ipText(0, 0, MAPPED, word(0))
  if (type === AAAA && length === 16) return ipText(word(0), word(4), word(8), word(12))
  return undefined
}

/** A name and where what follows it begins. Pointers only go back (RFC 1035, 4.1.4), so they come to an end. */
const readName = (bytes: Uint8Array, start: number, from: number, end: number): { name: string; next: number } | undefined => {
  let name = ''
  let next = -1
  let at = from
  let lowest = from
  while (at < end) {
    const length = bytes[at]
    if (length === 0) return { name, next: next < 0 ? at + 1 : next }
    if (length >= 0xc0) {
      if (at + 2 > end) return undefined
      const target = start + (u16be(bytes, at) & 0x3fff)
      if (target >= lowest) return undefined
      if (next < 0) next = at + 2
      lowest = target
      at = target
      continue
    }
    if (length > 63 || at + 1 + length > end || name.length + length >= LONGEST_NAME) return undefined
    name += `${name === '' ? '' : '.'}${label(bytes, at + 1, length)}`
    at += 1 + length
  }
  return undefined
}

/** What is no visible ASCII is shown as `?`: a name is for people, and may not smuggle control characters. */
const label = (bytes: Uint8Array, at: number, length: number): string => {
  let text = ''
  for (let i = at; i < at + length; i++) text += bytes[i] > 0x20 && bytes[i] < 0x7f ? String.fromCharCode(bytes[i]) : '?'
  return text.toLowerCase()
}
