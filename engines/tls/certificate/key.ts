import { hex } from '../../bytes/hex.ts'
import { BIT_STRING, type Der, type Element, elementAt, INTEGER, OID, oidText, SEQUENCE } from './der.ts'

/** A public key, named as Go's crypto/x509 does, which is what ECS asks for. */
export interface PublicKey {
  algorithm: string
  /** Bits: of the modulus, the prime or the curve. */
  size: number | undefined
  curve: string | undefined
  /** Of RSA; undefined when it is larger than any in use. */
  exponent: number | undefined
}

const KEYS: Readonly<Record<string, readonly [string, number?]>> = {
  '1.2.840.113549.1.1.1': ['RSA'],
  '1.2.840.113549.1.1.10': ['RSA-PSS'],
  '1.2.840.10040.4.1': ['DSA'],
  '1.2.840.10045.2.1': ['ECDSA'],
  '1.3.101.110': ['X25519', 253],
  '1.3.101.111': ['X448', 448],
  '1.3.101.112': ['Ed25519', 256],
  '1.3.101.113': ['Ed448', 456],
  '2.16.840.1.101.3.4.3.17': ['ML-DSA-44'],
  '2.16.840.1.101.3.4.3.18': ['ML-DSA-65'],
  '2.16.840.1.101.3.4.3.19': ['ML-DSA-87'],
}

const CURVES: Readonly<Record<string, readonly [string, number]>> = {
  '1.2.840.10045.3.1.1': ['nistp192', 192],
  '1.3.132.0.33': ['nistp224', 224],
  '1.2.840.10045.3.1.7': ['nistp256', 256],
  '1.3.132.0.34': ['nistp384', 384],
  '1.3.132.0.35': ['nistp521', 521],
  '1.3.132.0.10': ['secp256k1', 256],
  '1.3.36.3.3.2.8.1.1.7': ['brainpoolP256r1', 256],
  '1.3.36.3.3.2.8.1.1.11': ['brainpoolP384r1', 384],
  '1.3.36.3.3.2.8.1.1.13': ['brainpoolP512r1', 512],
  '1.2.156.10197.1.301': ['sm2', 256],
}

const SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2-RSA',
  '1.2.840.113549.1.1.4': 'MD5-RSA',
  '1.2.840.113549.1.1.5': 'SHA1-RSA',
  '1.2.840.113549.1.1.11': 'SHA256-RSA',
  '1.2.840.113549.1.1.12': 'SHA384-RSA',
  '1.2.840.113549.1.1.13': 'SHA512-RSA',
  '1.2.840.113549.1.1.14': 'SHA224-RSA',
  '1.2.840.10040.4.3': 'DSA-SHA1',
  '2.16.840.1.101.3.4.3.1': 'DSA-SHA224',
  '2.16.840.1.101.3.4.3.2': 'DSA-SHA256',
  '1.2.840.10045.4.1': 'ECDSA-SHA1',
  '1.2.840.10045.4.3.1': 'ECDSA-SHA224',
  '1.2.840.10045.4.3.2': 'ECDSA-SHA256',
  '1.2.840.10045.4.3.3': 'ECDSA-SHA384',
  '1.2.840.10045.4.3.4': 'ECDSA-SHA512',
  '1.2.156.10197.1.501': 'SM2-SM3',
  '1.3.101.112': 'Ed25519',
  '1.3.101.113': 'Ed448',
  '2.16.840.1.101.3.4.3.17': 'ML-DSA-44',
  '2.16.840.1.101.3.4.3.18': 'ML-DSA-65',
  '2.16.840.1.101.3.4.3.19': 'ML-DSA-87',
}
const PSS = '1.2.840.113549.1.1.10'
const HASHES: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'SHA256',
  '2.16.840.1.101.3.4.2.2': 'SHA384',
  '2.16.840.1.101.3.4.2.3': 'SHA512',
  '2.16.840.1.101.3.4.2.4': 'SHA224',
}

/** AlgorithmIdentifier of a signature; one that has no name here is its object identifier. */
export const signatureAlgorithmIn = (sequence: Der): string => {
  const oid = oidText(sequence.bytes, sequence.next(OID))
  if (oid !== PSS) return SIGNATURES[oid] ?? oid
  // RFC 4055 section 3.1: the hash is the first parameter, and SHA-1 when it is left out.
  const hash = sequence.enter().optional(0xa0)
  if (hash === undefined) return 'SHA1-RSAPSS'
  const name = oidText(sequence.bytes, sequence.inside(hash).enter().next(OID))
  return `${HASHES[name] ?? name}-RSAPSS`
}

/** SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7, RFC 3279, RFC 5480, RFC 8410). */
export const publicKeyIn = (info: Der): PublicKey => {
  const { bytes } = info
  const algorithm = info.enter()
  const oid = oidText(bytes, algorithm.next(OID))
  const parameters = algorithm.more ? algorithm.next() : undefined
  const key = info.next(BIT_STRING)
  const [name, size] = KEYS[oid] ?? [oid]
  const found: PublicKey = { algorithm: name, size, curve: undefined, exponent: undefined }
  if (name === 'RSA' || name === 'RSA-PSS') return { ...found, ...rsa(bytes, key) }
  if (name === 'DSA') return { ...found, size: firstInteger(bytes, parameters) }
  if (name !== 'ECDSA' || parameters?.tag !== OID) return found
  const curve = oidText(bytes, parameters)
  return { ...found, curve: CURVES[curve]?.[0] ?? curve, size: CURVES[curve]?.[1] }
}

/** Bits of a positive INTEGER. */
const bitsOf = (bytes: Uint8Array, { start, end }: Element): number => {
  let at = start
  while (at < end && bytes[at] === 0) at++
  return at === end ? 0 : (end - at) * 8 - (Math.clz32(bytes[at]) - 24)
}

const rsa = (bytes: Uint8Array, { start, end }: Element): Pick<PublicKey, 'size' | 'exponent'> => {
  // A BIT STRING begins with how many bits of its last byte are unused.
  const sequence = elementAt(bytes, start + 1, end)
  const modulus = sequence?.tag === SEQUENCE ? elementAt(bytes, sequence.start, sequence.end) : undefined
  if (sequence === undefined || modulus?.tag !== INTEGER) return { size: undefined, exponent: undefined }
  const exponent = elementAt(bytes, modulus.end, sequence.end)
  const known = exponent !== undefined && exponent.end - exponent.start <= 6
  return { size: bitsOf(bytes, modulus), exponent: known ? Number(`0x${hex(bytes, exponent.start, exponent.end)}`) : undefined }
}

const firstInteger = (bytes: Uint8Array, parameters: Element | undefined): number | undefined => {
  const first = parameters && elementAt(bytes, parameters.start, parameters.end)
  return first?.tag === INTEGER ? bitsOf(bytes, first) : undefined
}
