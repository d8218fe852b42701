import type { Cursor } from './cursor.ts'
import { readExtensions } from './extensions.ts'
import type { ClientHello, EncryptedExtensions, ServerHello } from './facts.ts'

/** SHA-256 of "HelloRetryRequest": the random of a ServerHello that is one (RFC 8446 section 4.1.3). */
const RETRY = 'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c'
const RANDOM = 32

/** RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2. */
export const readClientHello = (from: Cursor): ClientHello => {
  const legacyVersion = from.u16()
  const random = from.part(RANDOM).hex()
  const sessionId = from.vector(1).hex()
  const suites = from.vector(2).numbers(2)
  const compressions = from.vector(1).numbers(1)
  const extensions = readExtensions(from, 'client hello')
  return { kind: 'client hello', legacyVersion, random, sessionId, suites, compressions, ...extensions, malformed: from.malformed }
}

/** RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3. */
export const readServerHello = (from: Cursor): ServerHello => {
  const legacyVersion = from.u16()
  const random = from.part(RANDOM).hex()
  const sessionId = from.vector(1).hex()
  const suite = from.u16()
  const compression = from.u8()
  const retry = random === RETRY
  const extensions = readExtensions(from, retry ? 'retry' : 'server hello')
  const version = extensions.versions?.[0] ?? legacyVersion
  return {
    ...{ kind: 'server hello', legacyVersion, random, sessionId, suite, compression, retry, version },
    ...{ ...extensions, malformed: from.malformed },
  }
}

/** RFC 8446 section 4.3.1. */
export const readEncryptedExtensions = (from: Cursor): EncryptedExtensions => {
  const extensions = readExtensions(from, 'encrypted extensions')
  return { kind: 'encrypted extensions', ...extensions, malformed: from.malformed }
}
