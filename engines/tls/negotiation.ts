import { hex } from '../bytes/hex.ts'
import { u16be } from '../bytes/numbers.ts'
import type { Codecs } from '../http/facts.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { learn } from './facts.ts'
import type { Half } from './half.ts'
import { type Framed, HEADER as MESSAGE_HEADER } from './handshake/framing.ts'
import { type HandshakeMessage, readMessage, type ServerHello } from './handshake/messages.ts'
import type { Keyring } from './keyring.ts'
import { LIMITS } from './limits.ts'
import { HEADER } from './open/opener.ts'
import type { Agreed, Phase } from './phase.ts'
import { helloHashOf, list } from './session.ts'
import { readSsl2Hello } from './ssl2.ts'
import type { Standing } from './standing.ts'
import { suiteOf } from './suites.ts'

const TLS_1_3 = 0x0304

export interface SavedNegotiation {
  agreed: Agreed | undefined
  /** Of the newest ClientHello. */
  sessionId: string
  /** Sessions of this connection by their id, that a handshake may resume: id, client random. */
  sessions: [string, string][]
}

/** What handshake messages agree on, and what follows from it for the keys of both directions. */
export class Negotiation {
  agreed: Agreed | undefined = undefined
  /** Counts up when something changed that others may wait for. */
  stage = 0
  private sessionId = ''
  private sessions: [string, string][] = []
  private readonly codecs: Codecs
  private readonly keyring: Keyring
  private readonly halves: readonly [Half, Half]
  private readonly standing: Standing

  constructor(codecs: Codecs, keyring: Keyring, halves: readonly [Half, Half], standing: Standing) {
    this.codecs = codecs
    this.keyring = keyring
    this.halves = halves
    this.standing = standing
  }

  handshake(half: Half, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    const { framing } = half
    if (framing.broken) framing.reset()
    framing.receive(bytes, start, end, (framed) => {
      const within = framed.bytes === bytes ? framed.start - start : 0
      this.message(half, framed, offset + HEADER + within, at)
    })
    if (framing.broken) this.standing.malformed('handshake-message-too-large', half.side, offset, at)
  }

  private message(half: Half, { type, bytes, whole, start, end }: Framed, offset: number, at: Micros): void {
    const { codecs, agreed } = this
    const { session } = this.standing
    const keyExchange = agreed && suiteOf(agreed.suite)?.keyExchange
    const version = agreed?.version ?? 0
    const message = readMessage(type, bytes, start, end, { version, keyExchange, decoder: codecs.decoder })
    if (message.malformed !== undefined && (message.kind === 'client hello' || message.kind === 'server hello'))
      this.standing.malformed(`bad-${message.kind.replace(' ', '-')}`, half.side, offset + message.malformed.offset, at)
    if (session.over === undefined) list(session, half.side, message.kind, end - whole, at)
    const anew = session.over !== undefined && (message.kind === 'client hello' || message.kind === 'server hello')
    if (!anew) learn(session.facts, half.side, message, codecs.ciphers.hash)
    else if (message.kind === 'client hello') session.renegotiations++
    if (session.told && (anew || message.kind === 'key update' || message.kind === 'certificate')) this.standing.changed = true
    this.act(half, message, bytes, start, end, at)
  }

  /** What a message does to the keys. */
  private act(half: Half, message: HandshakeMessage, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const tls13 = half.phase.kind !== 'plain' && half.phase.kind !== 'session'
    if (message.kind === 'client hello') {
      this.standing.session.clientRandom = message.random
      this.sessionId = message.sessionId
      if (this.standing.session.over === undefined && message.earlyData === true) {
        const whole = [bytes.subarray(start - MESSAGE_HEADER, end)]
        const { hash } = this.codecs.ciphers
        this.standing.session.early = 'offered'
        this.standing.session.helloHashes = { sha256: hex(hash('sha256')(whole)), sha384: hex(hash('sha384')(whole)) }
      }
    } else if (message.kind === 'server hello') {
      if (message.retry) this.decideEarly(false)
      else if (half.side === SERVER) this.agree(message)
    } else if (message.kind === 'encrypted extensions') this.decideEarly(message.earlyData === true)
    else if (message.kind === 'client key exchange') this.secretSent(bytes, start, end)
    else if (message.kind === 'finished') {
      this.finished(half.side, at)
      if (tls13 && half.phase.kind === 'handshake') this.advance(half)
    } else if (message.kind === 'end of early data' && half.phase.kind === 'early') this.advance(half)
    else if (message.kind === 'key update' && half.phase.kind === 'application') half.update()
  }

  private decideEarly(accepted: boolean): void {
    if (this.standing.session.early !== 'offered') return
    this.standing.session.early = accepted ? 'accepted' : 'rejected'
    this.stage++
  }

  private advance(half: Half): void {
    if (half.phases.length < 2) return
    half.advance(1)
    this.stage++
  }

  ssl2Hello(bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    const hello = readSsl2Hello(bytes, start, end)
    this.standing.session.ssl2 = true
    list(this.standing.session, CLIENT, hello.kind, end - start, at)
    learn(this.standing.session.facts, CLIENT, hello, this.codecs.ciphers.hash)
    this.standing.session.clientRandom = hello.random
    if (hello.malformed !== undefined) this.standing.malformed('bad-client-hello', CLIENT, offset + hello.malformed.offset, at)
  }

  /** Both have said what keys follow from. */
  private agree({ version, suite, random, sessionId, encryptThenMac = false }: ServerHello): void {
    const { halves } = this
    const { session } = this.standing
    const { clientRandom } = session
    if (clientRandom === undefined) {
      this.standing.settle('no secrets', 'the ClientHello was not captured')
      return
    }
    if (session.renegotiations >= LIMITS.handshakes) return
    const again = sessionId !== '' && sessionId === this.sessionId
    const resumes = again ? this.sessions.find(([id]) => id === sessionId)?.[1] : undefined
    const agreed: Agreed = {
      version,
      suite,
      clientRandom,
      serverRandom: random,
      encryptThenMac,
      resumes,
      encryptedSecret: undefined,
      helloHash: helloHashOf(session, suite),
    }
    this.agreed = agreed
    if (sessionId !== '' && resumes === undefined) this.sessions = [...this.sessions.slice(1 - LIMITS.listed), [sessionId, clientRandom]]
    const refusal = this.keyring.refusal(agreed)
    if (refusal !== undefined) this.standing.settle('suite not supported', refusal)
    const phase = (kind: Phase['kind']): Phase => ({ kind, agreed, generation: 0 })
    if (version >= TLS_1_3) {
      halves[SERVER].begin([phase('handshake'), phase('application')])
      const early = session.early === undefined ? [] : [phase('early')]
      halves[CLIENT].begin([...early, phase('handshake'), phase('application')])
    } else for (const half of halves) half.follow(phase('session'))
    this.stage++
  }

  /** The client's share of the secret, where it is one that was encrypted with the server's key (RFC 5246 section 7.4.7.1). */
  private secretSent(bytes: Uint8Array, start: number, end: number): void {
    const { agreed, halves } = this
    if (agreed === undefined || suiteOf(agreed.suite)?.keyExchange !== 'rsa' || end - start < 10) return
    // The extended master secret follows from all messages so far, and key logs with it have the master secret itself.
    if (this.standing.session.facts.serverHello?.extendedMasterSecret === true) return
    const from = u16be(bytes, start) === end - start - 2 ? start + 2 : start
    const told: Agreed = { ...agreed, encryptedSecret: hex(bytes, from, from + 8) }
    this.agreed = told
    this.standing.session.encryptedSecret = told.encryptedSecret
    for (const half of halves) half.replace(agreed, told)
  }

  keysChange(half: Half): void {
    const index = half.phases.findIndex(({ kind }, at) => at > 0 && kind === 'session')
    if (index < 0) return
    const { facts } = this.standing.session
    if (half.side === SERVER && this.standing.session.over === undefined && this.halves[CLIENT].phase.kind === 'plain')
      facts.abbreviated = true
    half.advance(index)
    this.stage++
  }

  /** A client finishes the handshake of TLS 1.3 when the server has. */
  finished(side: Side, at: Micros): void {
    const { finished } = this.standing.session.facts
    finished[side] = true
    if (side === CLIENT && this.agreed !== undefined && this.agreed.version >= TLS_1_3) finished[SERVER] = true
    this.standing.checkOver(at)
  }

  save(): SavedNegotiation {
    const { agreed, sessionId, sessions } = this
    return { agreed, sessionId, sessions: sessions.map(([id, random]) => [id, random]) }
  }

  load({ agreed, sessionId, sessions }: SavedNegotiation): void {
    this.agreed = agreed
    this.sessionId = sessionId
    this.sessions = sessions
    // What cannot be opened is known to the keyring alone, which is not saved.
    if (agreed !== undefined) this.keyring.refusal(agreed)
  }
}
