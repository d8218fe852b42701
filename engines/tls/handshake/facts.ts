import type { Malformed } from './cursor.ts'

/** Handshake types (RFC 8446 appendix B.3, RFC 5246 section 7.4, RFC 8879, RFC 6066). */
export const TYPES = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  endOfEarlyData: 5,
  helloRetryRequest: 6,
  encryptedExtensions: 8,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
  certificateUrl: 21,
  certificateStatus: 22,
  supplementalData: 23,
  keyUpdate: 24,
  compressedCertificate: 25,
  nextProtocol: 67,
  messageHash: 254,
} as const

interface Read {
  /** What is wrong with the message; all before it was read. */
  malformed: Malformed | undefined
}

/** What the extensions of any message may say; absent or empty: the extension is not there. Numbers are those of the registries. */
export interface Extensions {
  /** Types in order, unknown and GREASE ones included. */
  extensions: number[]
  /** Of a ClientHello: the name; of a server's answer: empty, when it used it. */
  serverName?: string
  /** Offered, or the one that was chosen; one character a byte. */
  alpn?: string[]
  /** supported_versions: offered, or the one that was chosen. */
  versions?: number[]
  groups?: number[]
  pointFormats?: number[]
  signatureAlgorithms?: number[]
  signatureAlgorithmsCert?: number[]
  /** Groups of the key shares; of a HelloRetryRequest the one that is asked for. */
  keyShares?: number[]
  pskModes?: number[]
  /** pre_shared_key of a client: how many identities and binders. */
  psk?: { identities: number; binders: number }
  /** pre_shared_key of a server: which identity it took. */
  selectedPsk?: number
  earlyData?: boolean
  /** early_data of a NewSessionTicket: bytes that may be sent. */
  maximumEarlyData?: number
  /** session_ticket (RFC 5077): length of the ticket; 0 asks for one. */
  sessionTicket?: number
  encryptThenMac?: boolean
  extendedMasterSecret?: boolean
  /** renegotiation_info (RFC 5746): the finished data of the handshake before, in hex; empty in a first one. */
  renegotiation?: string
  postHandshakeAuth?: boolean
  statusRequest?: boolean
  /** Algorithms for certificates (RFC 8879). */
  compressCertificate?: number[]
  /** Bytes (RFC 8449), and the code of RFC 6066 section 4. */
  recordSizeLimit?: number
  maximumFragmentLength?: number
  /** Length of the cookie. */
  cookie?: number
  /** Encrypted Client Hello: there is a name that we do not see. */
  encryptedHello?: boolean
  nextProtocol?: boolean
}

interface Hello extends Read, Extensions {
  /** legacy_version of RFC 8446, the version before that. */
  legacyVersion: number
  /** 64 hex digits. */
  random: string
  /** Hex. */
  sessionId: string
}

export interface ClientHello extends Hello {
  kind: 'client hello'
  /** In order, GREASE and signalling values (SCSV) included. */
  suites: number[]
  compressions: number[]
}

export interface ServerHello extends Hello {
  kind: 'server hello'
  /** A HelloRetryRequest, told by its random (RFC 8446 section 4.1.3). */
  retry: boolean
  /** The version that was chosen: supported_versions, or else the legacy one. */
  version: number
  suite: number
  compression: number
}

export interface EncryptedExtensions extends Read, Extensions {
  kind: 'encrypted extensions'
}

export interface Certificates extends Read {
  kind: 'certificate'
  /** RFC 8879: with which algorithm it was compressed. */
  compression: number | undefined
  /** DER, the sender's own first; views of the message, of decompressed ones of their own memory. */
  certificates: Uint8Array[]
  /** Of the first one an OCSP response, signed certificate timestamps (RFC 6962) came with it (TLS 1.3). */
  stapled: boolean
  timestamps: boolean
}

export interface CertificateRequest extends Read {
  kind: 'certificate request'
  /** Before TLS 1.3. */
  certificateTypes: number[]
  signatureAlgorithms: number[]
  /** How many names of authorities it has. */
  authorities: number
}

export interface CertificateVerify extends Read {
  kind: 'certificate verify'
  /** Signature scheme; undefined before TLS 1.2. */
  algorithm: number | undefined
}

export interface NewSessionTicket extends Read {
  kind: 'new session ticket'
  /** Seconds. */
  lifetime: number
  /** Bytes of the ticket. */
  length: number
  maximumEarlyData: number | undefined
}

export interface ServerKeyExchange extends Read {
  kind: 'server key exchange'
  /** Of ECDHE; of DHE the bits of the prime. */
  group: number | undefined
  primeBits: number | undefined
  signatureAlgorithm: number | undefined
}

export interface ClientKeyExchange extends Read {
  kind: 'client key exchange'
  /** Of the public value, the encrypted secret or the identity: what it is follows from the suite. */
  length: number
}

export interface CertificateStatus extends Read {
  kind: 'certificate status'
  /** Bytes of the OCSP response. */
  length: number
}

export interface KeyUpdate extends Read {
  kind: 'key update'
  /** The other side is to change its key as well. */
  requested: boolean
}

export interface Finished extends Read {
  kind: 'finished'
  /** Hex. */
  verifyData: string
}

/** Messages without content, and those that nobody reads further. */
export interface Plain extends Read {
  kind: 'hello request' | 'server hello done' | 'end of early data' | 'other'
  type: number
  length: number
}

/** One handshake message, as it was read. */
export type HandshakeMessage =
  | ClientHello
  | ServerHello
  | EncryptedExtensions
  | Certificates
  | CertificateRequest
  | CertificateVerify
  | NewSessionTicket
  | ServerKeyExchange
  | ClientKeyExchange
  | CertificateStatus
  | KeyUpdate
  | Finished
  | Plain
