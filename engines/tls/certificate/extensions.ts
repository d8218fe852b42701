import { hex } from '../../bytes/hex.ts'
import { u32be } from '../../bytes/numbers.ts'
import { ipText, ipv4Text } from '../../packet/address.ts'
import { BIT_STRING, BOOLEAN, type Der, INTEGER, OCTET_STRING, OID, oidText, primitive } from './der.ts'
import { stringOf } from './name.ts'

/** What the extensions of a certificate say (RFC 5280 section 4.2). */
export interface CertificateExtensions {
  alternativeNames: { dns: string[]; ip: string[]; email: string[]; uri: string[] }
  /** Absent: it is not said, so it is none. */
  isCa: boolean
  pathLength: number | undefined
  keyUsage: string[]
  extendedKeyUsage: string[]
  subjectKeyId: string | undefined
  authorityKeyId: string | undefined
}

export const noExtensions = (): CertificateExtensions => ({
  alternativeNames: { dns: [], ip: [], email: [], uri: [] },
  ...{ isCa: false, pathLength: undefined, keyUsage: [], extendedKeyUsage: [], subjectKeyId: undefined, authorityKeyId: undefined },
})

/** Honest certificates of large hosts have some hundreds of names; the rest is read over. */
const MOST_NAMES = 1024
const MOST_EXTENSIONS = 64

const USAGES = [
  ...['digitalSignature', 'nonRepudiation', 'keyEncipherment', 'dataEncipherment', 'keyAgreement'],
  ...['keyCertSign', 'cRLSign', 'encipherOnly', 'decipherOnly'],
]
const PURPOSES: Readonly<Record<string, string>> = {
  '2.5.29.37.0': 'any',
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.3': 'codeSigning',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.8': 'timeStamping',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
}

type Read = (value: Der, found: CertificateExtensions) => void

const READERS: Readonly<Record<string, Read>> = {
  '2.5.29.14': (value, found) => {
    const { start, end } = value.next(OCTET_STRING)
    found.subjectKeyId = hex(value.bytes, start, Math.min(end, start + 64))
  },
  '2.5.29.15': (value, found) => {
    const { start, end } = value.next(BIT_STRING)
    const bit = (place: number): boolean =>
      start + 1 + (place >> 3) < end && (value.bytes[start + 1 + (place >> 3)] & (0x80 >> (place & 7))) !== 0
    found.keyUsage = USAGES.filter((_, place) => bit(place))
  },
  '2.5.29.17': (value, found) => alternativeNames(value.enter(), found),
  '2.5.29.19': (value, found) => {
    const constraints = value.enter()
    const ca = constraints.optional(BOOLEAN)
    found.isCa = ca !== undefined && ca.end > ca.start && value.bytes[ca.start] !== 0
    const length = constraints.optional(INTEGER)
    if (length !== undefined && length.end - length.start === 1) found.pathLength = value.bytes[length.start]
  },
  '2.5.29.35': (value, found) => {
    const id = value.enter().optional(primitive(0))
    if (id !== undefined) found.authorityKeyId = hex(value.bytes, id.start, Math.min(id.end, id.start + 64))
  },
  '2.5.29.37': (value, found) => {
    const purposes = value.enter()
    while (purposes.more && found.extendedKeyUsage.length < MOST_EXTENSIONS) {
      const oid = oidText(value.bytes, purposes.next(OID))
      found.extendedKeyUsage.push(PURPOSES[oid] ?? oid)
    }
  },
}

/** Reads the extensions in their sequence. */
export const readExtensions = (sequence: Der, found: CertificateExtensions): void => {
  for (let count = 0; sequence.more && count < MOST_EXTENSIONS; count++) {
    const extension = sequence.enter()
    const oid = oidText(sequence.bytes, extension.next(OID))
    extension.optional(BOOLEAN)
    READERS[oid]?.(extension.enter(OCTET_STRING), found)
  }
}

/** RFC 5280 section 4.2.1.6. */
const alternativeNames = (names: Der, { alternativeNames: found }: CertificateExtensions): void => {
  const { bytes } = names
  for (let count = 0; names.more && count < MOST_NAMES; count++) {
    const name = names.next()
    if (name.tag === primitive(1)) found.email.push(stringOf(bytes, name))
    else if (name.tag === primitive(2)) found.dns.push(stringOf(bytes, name))
    else if (name.tag === primitive(6)) found.uri.push(stringOf(bytes, name))
    else if (name.tag === primitive(7)) found.ip.push(addressText(bytes, name.start, name.end))
  }
}

const addressText = (bytes: Uint8Array, at: number, end: number): string => {
  const word = (place: number): number => u32be(bytes, at + 4 * place) | 0
  if (end - at === 4) return ipv4Text(word(0))
  return end - at === 16 ? ipText(word(0), word(1), word(2), word(3)) : hex(bytes, at, Math.min(end, at + 32))
}
