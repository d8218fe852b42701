import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { type Certificate, readCertificate } from './certificate/certificate.ts'
import type { Ciphers } from './ciphers.ts'
import type { ClientHello, EncryptedExtensions, HandshakeMessage, ServerHello } from './handshake/messages.ts'

/** How far what was said could be read. */
export type Decryption = 'decrypted' | 'waiting for secrets' | 'no secrets' | 'wrong secrets' | 'suite not supported'

export interface AlertSeen {
  side: Side
  at: Micros
  /** Level 2: it ends the connection. */
  fatal: boolean
  description: number
}

/** All that is known of one TLS handshake, and of the session it made. Plain data. */
export interface TlsFacts {
  clientHello: ClientHello | undefined
  /** The server asked for another hello (TLS 1.3). */
  retried: boolean
  serverHello: ServerHello | undefined
  encryptedExtensions: EncryptedExtensions | undefined
  /** What each side showed, its own first. */
  certificates: [Certificate[], Certificate[]]
  /** Signature scheme by which each side proved that the key is its own. */
  signatures: [number | undefined, number | undefined]
  /** The server asked the client for a certificate. */
  requested: boolean
  /** An OCSP response came with the server's certificate, and timestamps of certificate logs. */
  stapled: boolean
  timestamps: boolean
  /** Of the key exchange: the group, or bits of the prime. */
  group: number | undefined
  primeBits: number | undefined
  /** The server had a key exchange of its own, so that it resumed nothing. */
  exchanged: boolean
  /** Before TLS 1.3: the server changed to its new keys before the client did, which is how a session is resumed. Told by the reader of records. */
  abbreviated: boolean
  /** Which sides' Finished was read, or is known to have come. */
  finished: [boolean, boolean]
  /** Tickets for later sessions: how many, and the longest lifetime, s. */
  tickets: number
  ticketLifetime: number
  keyUpdates: [number, number]
  alerts: AlertSeen[]
  /** Messages that were wrong: kind and code. */
  malformed: string[]
  decryption: Decryption | undefined
  /** In words, where it is not `decrypted`. */
  reason: string | undefined
  /** First byte of the ClientHello to the last of the handshake, µs. */
  handshake: number | undefined
}

/** Alerts and wrong messages that are kept. */
const MOST = 16

export const noFacts = (): TlsFacts => ({
  ...{ clientHello: undefined, retried: false, serverHello: undefined, encryptedExtensions: undefined },
  ...{ certificates: [[], []], signatures: [undefined, undefined], requested: false, stapled: false, timestamps: false },
  ...{ group: undefined, primeBits: undefined, exchanged: false, abbreviated: false, finished: [false, false] },
  ...{ tickets: 0, ticketLifetime: 0, keyUpdates: [0, 0], alerts: [], malformed: [] },
  ...{ decryption: undefined, reason: undefined, handshake: undefined },
})

/** Adds what a message says. */
export const learn = (facts: TlsFacts, side: Side, message: HandshakeMessage, hash: Ciphers['hash']): void => {
  const { malformed } = message
  if (malformed !== undefined && facts.malformed.length < MOST) facts.malformed.push(`${message.kind}: ${malformed.code}`)
  switch (message.kind) {
    case 'client hello':
      facts.clientHello = message
      return
    case 'server hello':
      if (message.retry) facts.retried = true
      else facts.serverHello = message
      facts.group = message.keyShares?.[0] ?? facts.group
      return
    case 'encrypted extensions':
      facts.encryptedExtensions = message
      return
    case 'certificate':
      facts.certificates[side] = message.certificates.map((der) => readCertificate(der, hash))
      if (side === SERVER && message.stapled) facts.stapled = true
      if (side === SERVER && message.timestamps) facts.timestamps = true
      return
    case 'certificate request':
      facts.requested = true
      return
    case 'certificate status':
      facts.stapled = true
      return
    case 'certificate verify':
      facts.signatures[side] = message.algorithm
      return
    case 'server key exchange':
      facts.exchanged = true
      facts.group = message.group
      facts.primeBits = message.primeBits
      facts.signatures[SERVER] = message.signatureAlgorithm
      return
    case 'new session ticket':
      facts.tickets++
      facts.ticketLifetime = Math.max(facts.ticketLifetime, message.lifetime)
      return
    case 'key update':
      facts.keyUpdates[side]++
      return
    case 'finished':
      facts.finished[side] = true
  }
}

/** Adds an alert (RFC 8446 section 6). */
export const alerted = (facts: TlsFacts, side: Side, level: number, description: number, at: Micros): void => {
  if (facts.alerts.length < MOST) facts.alerts.push({ side, at, fatal: level === 2, description })
}

const TLS_13 = 0x0304

/** The version that was agreed on. */
export const versionOf = ({ serverHello }: TlsFacts): number | undefined => serverHello?.version

/** Whether an earlier session went on: by its pre-shared key (RFC 8446 section 2.2), before TLS 1.3 by id (RFC 5246 section 7.3) or ticket (RFC 5077). */
export const isResumed = ({ clientHello, serverHello, certificates, exchanged, abbreviated }: TlsFacts): boolean => {
  if (serverHello === undefined) return false
  if (serverHello.version >= TLS_13) return serverHello.selectedPsk !== undefined
  const sameId = serverHello.sessionId !== '' && serverHello.sessionId === clientHello?.sessionId
  return abbreviated || (sameId && !exchanged && certificates[SERVER].length === 0)
}

/** Whether both sides are known to have finished the handshake. */
export const isEstablished = ({ finished }: TlsFacts): boolean => finished[CLIENT] && finished[SERVER]
