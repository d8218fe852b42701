import { hex } from '../bytes/hex.ts'
import { fromLatin1 } from '../bytes/text.ts'
import type { Ciphers } from './ciphers.ts'
import type { ClientHello, ServerHello } from './handshake/messages.ts'
import { isGrease } from './names.ts'

/** A fingerprint, and the text that it is the MD5 of. */
export interface Fingerprint {
  text: string
  md5: string
}

const known = (values: readonly number[] = []): string => values.filter((value) => !isGrease(value)).join('-')

const fingerprint = (parts: readonly (number | string)[], hash: Ciphers['hash']): Fingerprint => {
  const text = parts.join(',')
  return { text, md5: hex(hash('md5')([fromLatin1(text)])) }
}

/** Of the client's implementation, by what its hello offers: JA3 (Althouse, Atkinson and Atkins, 2017). GREASE is left out. */
export const ja3 = (hello: ClientHello, hash: Ciphers['hash']): Fingerprint => {
  const { legacyVersion, suites, extensions, groups, pointFormats = [] } = hello
  return fingerprint([legacyVersion, known(suites), known(extensions), known(groups), pointFormats.join('-')], hash)
}

/** Of the server's answer to it: JA3S. */
export const ja3s = ({ legacyVersion, suite, extensions }: ServerHello, hash: Ciphers['hash']): Fingerprint =>
  fingerprint([legacyVersion, suite, extensions.join('-')], hash)
