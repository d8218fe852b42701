import { latin1, utf8 } from '../../bytes/text.ts'
import { type Der, type Element, OID, oidText, SET } from './der.ts'

/** Who is meant, as ECS takes a distinguished name apart. */
export interface DistinguishedName {
  /** In the order of the certificate, escaped as RFC 4514 section 2.4 has it. */
  text: string
  commonName: string[]
  country: string[]
  locality: string[]
  organization: string[]
  organizationalUnit: string[]
  stateOrProvince: string[]
}

type Part = Exclude<keyof DistinguishedName, 'text'>

/** Short name, and where ECS has a place for it: RFC 4519 and RFC 5280 appendix A. */
const ATTRIBUTES: Readonly<Record<string, readonly [string, Part?]>> = {
  '2.5.4.3': ['CN', 'commonName'],
  '2.5.4.4': ['SN'],
  '2.5.4.5': ['serialNumber'],
  '2.5.4.6': ['C', 'country'],
  '2.5.4.7': ['L', 'locality'],
  '2.5.4.8': ['ST', 'stateOrProvince'],
  '2.5.4.9': ['street'],
  '2.5.4.10': ['O', 'organization'],
  '2.5.4.11': ['OU', 'organizationalUnit'],
  '2.5.4.12': ['title'],
  '2.5.4.15': ['businessCategory'],
  '2.5.4.17': ['postalCode'],
  '2.5.4.42': ['GN'],
  '2.5.4.97': ['organizationIdentifier'],
  '0.9.2342.19200300.100.1.1': ['UID'],
  '0.9.2342.19200300.100.1.25': ['DC'],
  '1.2.840.113549.1.9.1': ['emailAddress'],
  '1.3.6.1.4.1.311.60.2.1.1': ['jurisdictionL'],
  '1.3.6.1.4.1.311.60.2.1.2': ['jurisdictionST'],
  '1.3.6.1.4.1.311.60.2.1.3': ['jurisdictionC'],
}
/** More attributes, and longer values, than any honest name has. */
const MOST_ATTRIBUTES = 64
const LONGEST_VALUE = 512

/** RFC 5280 section 4.1.2.4. */
export const nameIn = (sequence: Der): DistinguishedName => {
  const name: DistinguishedName = {
    ...{ text: '', commonName: [], country: [], locality: [], organization: [], organizationalUnit: [], stateOrProvince: [] },
  }
  const parts: string[] = []
  while (sequence.more && parts.length < MOST_ATTRIBUTES) {
    const set = sequence.enter(SET)
    const together: string[] = []
    while (set.more && together.length < MOST_ATTRIBUTES) {
      const attribute = set.enter()
      const type = oidText(sequence.bytes, attribute.next(OID))
      const value = stringOf(sequence.bytes, attribute.next())
      const [short, part] = ATTRIBUTES[type] ?? [type]
      together.push(`${short}=${escaped(value)}`)
      if (part !== undefined) name[part].push(value)
    }
    parts.push(together.join(' + '))
  }
  return { ...name, text: parts.join(', ') }
}

const UTF8_STRING = 0x0c
const BMP_STRING = 0x1e
const UNIVERSAL_STRING = 0x1c

/** Text in any of ASN.1's kinds of string; control characters, which no honest name has, become U+FFFD. */
export const stringOf = (bytes: Uint8Array, { tag, start, end }: Element): string => {
  const to = Math.min(end, start + LONGEST_VALUE)
  const text = tag === UTF8_STRING ? utf8(bytes, start, to) : wide(bytes, tag, start, to)
  return text.replace(CONTROL, '\ufffd')
}
const CONTROL = /\p{Cc}/gu

const wide = (bytes: Uint8Array, tag: number, start: number, end: number): string => {
  const size = tag === BMP_STRING ? 2 : tag === UNIVERSAL_STRING ? 4 : 1
  if (size === 1) return latin1(bytes, start, end)
  let text = ''
  for (let i = start + size - 2; i + 1 < end; i += size) text += String.fromCharCode((bytes[i] << 8) | bytes[i + 1])
  return text
}

const escaped = (value: string): string => value.replace(/[,+"\\<>;]|^[ #]| $/g, (character) => `\\${character}`)
