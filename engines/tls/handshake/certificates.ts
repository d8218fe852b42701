import type { Codecs } from '../../http/facts.ts'
import { Cursor } from './cursor.ts'
import { readExtensions } from './extensions.ts'
import type { CertificateRequest, CertificateStatus, Certificates, CertificateVerify } from './facts.ts'

/** Longer chains are honest in no handshake; further ones are read over. */
const MOST_CERTIFICATES = 16
/** Of a compressed message, when it is decompressed: as much as any handshake message may have. */
const MOST_BYTES = 256 * 1024
/** Of a compressed message: algorithm and both lengths. What is wrong with the content is told where the content begins. */
const HEADER = 8
const STATUS_REQUEST = 5
const TIMESTAMPS = 18
/** RFC 8879 section 7.3, as content codings are called. */
const CODINGS: Readonly<Record<number, string>> = { 1: 'deflate', 2: 'br', 3: 'zstd' }

/** RFC 8446 section 4.4.2; before it (RFC 5246 section 7.4.2) a plain list. */
export const readCertificates = (from: Cursor, tls13: boolean): Certificates => {
  const found: Certificates = {
    ...{ kind: 'certificate', compression: undefined, certificates: [], stapled: false, timestamps: false, malformed: undefined },
  }
  if (tls13) from.vector(1)
  from.vector(3).items((list) => {
    const certificate = list.vector(3).rest()
    if (found.certificates.length < MOST_CERTIFICATES && certificate.length > 0) found.certificates.push(certificate)
    if (!tls13) return
    const { extensions } = readExtensions(list.prefixed(2), 'other')
    if (found.certificates.length > 1) return
    found.stapled = extensions.includes(STATUS_REQUEST)
    found.timestamps = extensions.includes(TIMESTAMPS)
  })
  from.done()
  return { ...found, malformed: from.malformed }
}

/** RFC 8879 section 4. What cannot be decompressed has no certificates, and says why. */
export const readCompressedCertificates = (from: Cursor, decoder: Codecs['decoder']): Certificates => {
  const compression = from.u16()
  const length = from.u24()
  const packed = from.vector(3)
  from.done()
  const inner = unpack(packed, length, decoder(CODINGS[compression] ?? ''))
  if (typeof inner === 'string') packed.fail(inner)
  const found = readCertificates(typeof inner === 'string' ? new Cursor(NOTHING) : new Cursor(inner), true)
  return {
    ...found,
    compression,
    malformed: from.malformed ?? (found.malformed && { ...found.malformed, offset: HEADER }),
  }
}
const NOTHING = new Uint8Array(0)

const unpack = (packed: Cursor, length: number, decode: ReturnType<Codecs['decoder']>): Uint8Array | string => {
  if (decode === undefined) return 'unknown-compression'
  if (length > MOST_BYTES) return 'too-long'
  try {
    const bytes = decode(packed.bytes.subarray(packed.at, packed.end), length)
    return bytes.length === length ? bytes : 'bad-compression'
  } catch {
    return 'bad-compression'
  }
}

/** RFC 8446 section 4.3.2; before it RFC 5246 section 7.4.4, without algorithms before TLS 1.2. */
export const readCertificateRequest = (from: Cursor, version: number): CertificateRequest => {
  let certificateTypes: number[] = []
  let signatureAlgorithms: number[] = []
  let authorities = 0
  if (version >= 0x0304) {
    from.vector(1)
    signatureAlgorithms = readExtensions(from, 'other').signatureAlgorithms ?? []
  } else {
    certificateTypes = from.vector(1).numbers(1)
    if (version >= 0x0303) signatureAlgorithms = from.vector(2).numbers(2)
    authorities = from.vector(2).items((names) => names.vector(2)).length
    from.done()
  }
  return { kind: 'certificate request', certificateTypes, signatureAlgorithms, authorities, malformed: from.malformed }
}

/** RFC 8446 section 4.4.3, RFC 5246 section 7.4.8. */
export const readCertificateVerify = (from: Cursor, version: number): CertificateVerify => {
  const algorithm = version >= 0x0303 ? from.u16() : undefined
  from.vector(2)
  from.done()
  return { kind: 'certificate verify', algorithm, malformed: from.malformed }
}

/** RFC 6066 section 8. */
export const readCertificateStatus = (from: Cursor): CertificateStatus => {
  from.u8()
  const length = from.vector(3).left
  from.done()
  return { kind: 'certificate status', length, malformed: from.malformed }
}
