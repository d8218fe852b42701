import type { Call, Message } from '../protocols/call.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { noFacts, type TlsFacts } from './facts.ts'
import { LIMITS } from './limits.ts'
import { suiteOf } from './suites.ts'

/** One direction's share in a handshake. */
export interface Share {
  first: Micros
  last: Micros
  wireBytes: number
}

/** What is known of the TLS on one connection, and of its handshake as a call. Plain data; what lies deeper is replaced, never changed. */
export interface Session {
  /** As `Call.position`; undefined before anything was said. */
  position: number | undefined
  shares: [Share | undefined, Share | undefined]
  facts: TlsFacts
  /** Whether data that came before the handshake was over were taken (RFC 8446 section 4.2.10), and how many bytes of them. */
  early: 'offered' | 'accepted' | 'rejected' | undefined
  earlyBytes: number
  /** Of the ClientHello that offered early data, in hex, by each hash that their secret may be made with. */
  helloHashes: { sha256: string; sha384: string } | undefined
  /** The client asked in SSL 2's form. */
  ssl2: boolean
  renegotiations: number
  clientRandom: string | undefined
  /** The first eight bytes of what the client sent encrypted with the server's key, in hex, where the session's secret follows from that alone. */
  encryptedSecret: string | undefined
  /** When both sides were done, or one gave up. */
  over: Micros | undefined
  /** Records that were opened, of each side. */
  opened: [number, number]
  /** Records of which the secrets are known, and that were not what they say. */
  unopened: number
  messages: Message[]
  findings: string[]
  error: Call['error']
  missing: Call['missing']
  told: boolean
}

export const newSession = (): Session => ({
  ...{ position: undefined, shares: [undefined, undefined], facts: noFacts(), early: undefined, earlyBytes: 0 },
  ...{ helloHashes: undefined, ssl2: false },
  ...{ renegotiations: 0, clientRandom: undefined, encryptedSecret: undefined, over: undefined, opened: [0, 0], unopened: 0 },
  ...{ messages: [], findings: [], error: undefined, missing: [], told: false },
})

/** The hash of the ClientHello that the secret of early data is made with. */
export const helloHashOf = ({ helloHashes }: Session, suite: number): string | undefined => helloHashes?.[suiteOf(suite)?.hash ?? 'sha256']

export const copyOfSession = ({ shares, facts, ...session }: Session): Session => ({
  ...session,
  shares: [shares[CLIENT] && { ...shares[CLIENT] }, shares[SERVER] && { ...shares[SERVER] }],
  facts: {
    ...facts,
    certificates: [...facts.certificates],
    signatures: [...facts.signatures],
    finished: [...facts.finished],
    keyUpdates: [...facts.keyUpdates],
    alerts: [...facts.alerts],
    malformed: [...facts.malformed],
  },
  opened: [...session.opened],
  messages: [...session.messages],
  findings: [...session.findings],
  missing: [...session.missing],
})

export const DIRECTION = ['request', 'response'] as const

/** Bytes of the handshake went by. */
export const extendShare = ({ shares }: Session, side: Side, wireBytes: number, at: Micros): void => {
  const share = shares[side]
  if (share === undefined) shares[side] = { first: at, last: at, wireBytes }
  else {
    share.last = at
    share.wireBytes += wireBytes
  }
}

/** Which handshake messages went by, and when. */
export const list = ({ messages }: Session, side: Side, type: string, bytes: number, at: Micros): void => {
  if (messages.length < LIMITS.messages) messages.push({ direction: DIRECTION[side], at, bytes, type })
}

export const note = ({ findings }: Session, finding: string): void => {
  if (!findings.includes(finding) && findings.length < LIMITS.listed) findings.push(finding)
}

/** Bytes of the handshake that nobody saw. */
export const miss = ({ missing }: Session, side: Side, offset: number, bytes: number, reason: MissingReason): void => {
  if (missing.length < LIMITS.listed) missing.push({ direction: DIRECTION[side], offset, bytes, reason })
}
