import type { Cursor } from './cursor.ts'
import type { ClientKeyExchange, ServerKeyExchange } from './facts.ts'

/** How the secret is agreed on: of a TLS 1.3 suite `any`, since its extensions say it. */
export type KeyExchange =
  | 'any'
  | 'rsa'
  | 'dh'
  | 'dhe'
  | 'ecdh'
  | 'ecdhe'
  | 'psk'
  | 'rsa-psk'
  | 'dhe-psk'
  | 'ecdhe-psk'
  | 'srp'
  | 'krb5'
  | 'other'

const NAMED_CURVE = 3

/** Which group, and which signature: RFC 8422 section 5.4, RFC 5246 section 7.4.3, with the hint of RFC 4279 section 2. */
export const readServerKeyExchange = (from: Cursor, version: number, keyExchange: KeyExchange | undefined): ServerKeyExchange => {
  const found: ServerKeyExchange = {
    ...{ kind: 'server key exchange', group: undefined, primeBits: undefined, signatureAlgorithm: undefined, malformed: undefined },
  }
  const psk = keyExchange?.endsWith('psk')
  if (psk) from.vector(2)
  if (keyExchange === 'ecdhe' || keyExchange === 'ecdhe-psk') found.group = curve(from)
  else if (keyExchange === 'dhe' || keyExchange === 'dhe-psk') found.primeBits = prime(from)
  else {
    from.rest()
    return { ...found, malformed: from.malformed }
  }
  // Anonymous and pre-shared ones have no signature, and before TLS 1.2 its kind is the certificate's.
  if (from.left > 0 && version >= 0x0303) found.signatureAlgorithm = from.u16()
  if (from.left > 0) from.vector(2)
  from.done()
  return { ...found, malformed: from.malformed }
}

const curve = (from: Cursor): number | undefined => {
  if (from.u8() !== NAMED_CURVE) {
    from.rest()
    return undefined
  }
  const group = from.u16()
  from.vector(1)
  return group
}

/** Bits of the prime; generator and public value are read over. */
const prime = (from: Cursor): number => {
  const value = from.vector(2).rest()
  from.vector(2)
  from.vector(2)
  const first = value.findIndex((byte) => byte !== 0)
  return first < 0 ? 0 : (value.length - first) * 8 - (Math.clz32(value[first]) - 24)
}

/** RFC 5246 section 7.4.7: its content is of use to nobody without the private key. */
export const readClientKeyExchange = (from: Cursor): ClientKeyExchange => {
  const length = from.rest().length
  return { kind: 'client key exchange', length, malformed: from.malformed }
}
