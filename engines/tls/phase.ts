/** What a handshake agreed on, as far as keys follow from it. Replaced, never changed. */
export interface Agreed {
  version: number
  suite: number
  /** 64 hex digits. */
  clientRandom: string
  serverRandom: string
  encryptThenMac: boolean
  /** The client random of the handshake on this connection whose session is resumed: its master secret is used again (TLS 1.2). */
  resumes: string | undefined
  /** The first eight bytes, in hex, of the secret that the client sent encrypted: by them a key log names it. */
  encryptedSecret: string | undefined
  /** Of the ClientHello, in hex, where the secret of early data follows from it. */
  helloHash: string | undefined
}

/** `plain`: not encrypted yet. `session`: TLS 1.2 and before. The others are TLS 1.3's (RFC 8446 section 7.1). */
export type PhaseKind = 'plain' | 'session' | 'early' | 'handshake' | 'application'

/** From one change of a direction's keys to the next. Plain data. */
export interface Phase {
  kind: PhaseKind
  /** Undefined of a plain one alone. */
  agreed: Agreed | undefined
  /** How often the traffic secret was updated. */
  generation: number
}

export const PLAIN: Phase = { kind: 'plain', agreed: undefined, generation: 0 }

/** Data of the protocol above may come in it. */
export const carriesData = ({ kind }: Phase): boolean => kind === 'session' || kind === 'application' || kind === 'early'
