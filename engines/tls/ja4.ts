import { hex } from '../bytes/hex.ts'
import { fromLatin1 } from '../bytes/text.ts'
import type { Ciphers } from './ciphers.ts'
import type { ClientHello } from './handshake/messages.ts'
import { isGrease } from './names.ts'

const VERSIONS: Readonly<Record<number, string>> = {
  ...{ 2: 's2', 768: 's3', 769: '10', 770: '11', 771: '12', 772: '13' },
}
const SERVER_NAME = 0
const ALPN = 16
/** Of each of the two hashes, in hex digits. */
const LENGTH = 12

/**
 * Of the client's implementation: JA4 (FoxIO, 2023, its specification "JA4: TLS Client Fingerprinting"). Unlike JA3 it stays
 * the same however a client shuffles its extensions, and its first part can be read.
 */
export const ja4 = (hello: ClientHello, hash: Ciphers['hash']): string => {
  const suites = hello.suites.filter((suite) => !isGrease(suite))
  const extensions = hello.extensions.filter((type) => !isGrease(type))
  const sorted = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN)
  const signatures = (hello.signatureAlgorithms ?? []).filter((scheme) => !isGrease(scheme))
  const sealed = [digits(ascending(sorted)), ...(signatures.length > 0 ? [digits(signatures)] : [])].join('_')
  const first = [
    `t${VERSIONS[versionOf(hello)] ?? '00'}`,
    extensions.includes(SERVER_NAME) ? 'd' : 'i',
    count(suites),
    count(extensions),
    protocolOf(hello.alpn?.[0]),
  ].join('')
  const hashed = (text: string, of: readonly number[]): string =>
    of.length === 0 ? '0'.repeat(LENGTH) : hex(hash('sha256')([fromLatin1(text)])).slice(0, LENGTH)
  return [first, hashed(digits(ascending(suites)), suites), hashed(sealed, extensions)].join('_')
}

const versionOf = ({ versions, legacyVersion }: ClientHello): number => {
  const offered = (versions ?? []).filter((version) => !isGrease(version))
  return offered.length === 0 ? legacyVersion : Math.max(...offered)
}

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)
const digits = (values: readonly number[]): string => values.map((value) => value.toString(16).padStart(4, '0')).join(',')
const count = ({ length }: readonly number[]): string => String(Math.min(99, length)).padStart(2, '0')

const ALPHANUMERIC = /^[0-9A-Za-z]$/

/** First and last character of the first protocol offered; of one that is not made of letters and digits, those of its hex. */
const protocolOf = (name: string | undefined): string => {
  if (name === undefined || name === '') return '00'
  const ends = [name[0], name.at(-1)!]
  if (ends.every((character) => ALPHANUMERIC.test(character))) return ends.join('')
  const text = hex(fromLatin1(name))
  return text[0] + text.at(-1)!
}
