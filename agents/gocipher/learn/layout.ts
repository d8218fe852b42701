/** Where a field lies: at an offset in the library's structure, or behind the pointer that lies at `hop` in it. */
export interface Place {
  hop?: number
  offset: number
}

/**
 * The fields that are read of a TLS 1.3 session. The first is there when all are.
 * OpenSSL keeps what the secrets follow from, GnuTLS the secrets themselves.
 */
export const SINCE_13 = {
  openssl: ['serverTraffic', 'handshakeSecret', 'handshakeHash', 'masterSecret', 'finishedHash', 'earlySecret'],
  gnutls: ['serverTraffic', 'clientTraffic', 'serverHandshake', 'clientHandshake', 'exporter'],
} as const

export type Kind = keyof typeof SINCE_13

/** Where a build of a library keeps what opens its sessions. */
export interface Layout {
  kind: Kind
  version: Place
  /** What stands there in a session of TLS 1.3. */
  version13: number
  clientRandom: Place
  serverRandom: Place
  masterSecret: Place
  since13: Place[]
}

/** What helpers shake hands with (RFC 8446, 2.2): OpenSSL's early secret follows from it. */
export const PRE_SHARED_KEY: Uint8Array = new Uint8Array(16).fill(7)

/** A session whose secrets are known, in lower-case hex. */
export interface Known {
  version: 'TLSv1.2' | 'TLSv1.3'
  clientRandom: string
  serverRandom: string
  secrets: Record<string, string>
}
