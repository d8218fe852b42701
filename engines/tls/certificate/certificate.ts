import { hex } from '../../bytes/hex.ts'
import type { Micros } from '../../time.ts'
import type { Ciphers } from '../ciphers.ts'
import { constructed, Der, INTEGER, primitive, SEQUENCE } from './der.ts'
import { type CertificateExtensions, noExtensions, readExtensions } from './extensions.ts'
import { type PublicKey, publicKeyIn, signatureAlgorithmIn } from './key.ts'
import { type DistinguishedName, nameIn } from './name.ts'
import { timeOf } from './time.ts'

/** What an X.509 certificate says (RFC 5280). Of one that is broken, what comes before that. */
export interface Certificate extends CertificateExtensions {
  /** 1 to 3. */
  version: number
  /** Upper-case hex. */
  serialNumber: string
  subject: DistinguishedName
  issuer: DistinguishedName
  notBefore: Micros | undefined
  notAfter: Micros | undefined
  publicKey: PublicKey
  /** As Go's crypto/x509 names it (`SHA256-RSA`), or its object identifier. */
  signatureAlgorithm: string
  /** Subject and issuer are the same, and so are their keys as far as it says. The signature is not checked. */
  selfSigned: boolean
  /** Fingerprints of the whole, in upper-case hex, as ECS has hashes. */
  sha256: string
  sha1: string
  /** Offset of what is wrong with it. */
  malformedAt: number | undefined
}

/** Longer serial numbers than the standard's 20 bytes are seen; much longer ones say nothing. */
const LONGEST_SERIAL = 64
const VERSION_3 = 3

/** Reads a certificate in DER. Never throws; takes time linear in its length. */
export const readCertificate = (der: Uint8Array, hash: Ciphers['hash']): Certificate => {
  const outer = new Der(der, 0, der.length)
  const certificate = outer.enter()
  const toBeSigned = certificate.enter()
  const explicit = toBeSigned.optional(constructed(0))
  const version = explicit === undefined ? 1 : 1 + lastByte(der, toBeSigned.inside(explicit).next(INTEGER))
  const serial = toBeSigned.next(INTEGER)
  const signatureAlgorithm = signatureAlgorithmIn(toBeSigned.enter())
  const issuerAt = toBeSigned.next(SEQUENCE)
  const issuer = nameIn(toBeSigned.inside(issuerAt))
  const validity = toBeSigned.enter()
  const notBefore = timeOf(der, validity.next())
  const notAfter = timeOf(der, validity.next())
  const subjectAt = toBeSigned.next(SEQUENCE)
  const subject = nameIn(toBeSigned.inside(subjectAt))
  const publicKey = publicKeyIn(toBeSigned.enter())
  const extensions = noExtensions()
  toBeSigned.optional(primitive(1))
  toBeSigned.optional(primitive(2))
  const last = toBeSigned.optional(constructed(3))
  if (last !== undefined && version === VERSION_3) readExtensions(toBeSigned.inside(last).enter(), extensions)
  const { subjectKeyId, authorityKeyId } = extensions
  const sameName = sameBytes(der, issuerAt, subjectAt) && subject.text !== ''
  return {
    ...{ version, serialNumber: serialText(der, serial), subject, issuer, notBefore, notAfter, publicKey, signatureAlgorithm },
    ...extensions,
    selfSigned: sameName && (authorityKeyId === undefined || authorityKeyId === subjectKeyId),
    sha256: hex(hash('sha256')([der])).toUpperCase(),
    sha1: hex(hash('sha1')([der])).toUpperCase(),
    malformedAt: outer.malformedAt,
  }
}

interface Region {
  start: number
  end: number
}

const lastByte = (bytes: Uint8Array, { start, end }: Region): number => (end > start ? bytes[end - 1] : 0)

/** Without the zero that keeps a number positive. */
const serialText = (bytes: Uint8Array, { start, end }: Region): string => {
  const from = end - start > 1 && bytes[start] === 0 ? start + 1 : start
  return hex(bytes, from, Math.min(end, from + LONGEST_SERIAL)).toUpperCase()
}

const sameBytes = (bytes: Uint8Array, a: Region, b: Region): boolean => {
  if (a.end - a.start !== b.end - b.start) return false
  for (let i = 0; i < a.end - a.start; i++) if (bytes[a.start + i] !== bytes[b.start + i]) return false
  return true
}
