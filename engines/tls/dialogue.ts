import { hex } from '../bytes/hex.ts'
import { u16be } from '../bytes/numbers.ts'
import type { Codecs, ExchangeStatus } from '../http/facts.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import { type Micros, micros } from '../time.ts'
import type { Content } from './content.ts'
import { alerted, type Decryption, isEstablished, learn } from './facts.ts'
import type { Half } from './half.ts'
import { type Framed, HEADER as MESSAGE_HEADER } from './handshake/framing.ts'
import { type HandshakeMessage, readMessage, type ServerHello } from './handshake/messages.ts'
import type { HeldLoss } from './held.ts'
import type { Keyring } from './keyring.ts'
import { LIMITS } from './limits.ts'
import { HEADER } from './open/opener.ts'
import { type Agreed, carriesData, type Phase } from './phase.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, SSL2_HELLO } from './record.ts'
import { DIRECTION, extendShare, helloHashOf, list, miss, newSession, note, type Session } from './session.ts'
import { readSsl2Hello } from './ssl2.ts'
import { suiteOf } from './suites.ts'

const TLS_1_3 = 0x0304
const FATAL = 2
const CLOSE_NOTIFY = 0

export interface SavedDialogue {
  agreed: Agreed | undefined
  /** Of the newest ClientHello. */
  sessionId: string
  /** Sessions of this connection by their id, that a handshake may resume: id, client random. */
  sessions: [string, string][]
  settled: boolean
  changed: boolean
  done: [number, number]
  last: number
  /** Digests of secrets that did not fit. */
  wrong: string[]
}

/** What both sides say in records: handshakes, alerts, and what TLS carries; and what is known of it. */
export class Dialogue {
  session: Session = newSession()
  /** Counts up when something changed that others may wait for. */
  stage = 0
  /** Something is known by now that was not told. */
  changed = false
  private agreed: Agreed | undefined = undefined
  private sessionId = ''
  private sessions: [string, string][] = []
  /** Nothing is waited for any more. */
  private settled = false
  /** In each side's stream, behind the last record that was read. */
  private done: [number, number] = [0, 0]
  last: Micros = micros(0)
  private readonly codecs: Codecs
  private readonly keyring: Keyring
  private readonly halves: readonly [Half, Half]
  private readonly content: Content

  constructor(codecs: Codecs, keyring: Keyring, halves: readonly [Half, Half], content: Content) {
    this.codecs = codecs
    this.keyring = keyring
    this.halves = halves
    this.content = content
  }

  /** Whether a record is encrypted, as far as that can be told. */
  private sealed(half: Half, type: number): boolean {
    const { kind, agreed } = half.phase
    if (type === APPLICATION_DATA) return true
    if (kind === 'plain' || type === SSL2_HELLO) return false
    return kind === 'session' && agreed!.version < TLS_1_3
  }

  /** Whether a record can be read now, or never. */
  ready(side: Side, type: number): boolean {
    const half = this.halves[side]
    if (this.settled || !this.sealed(half, type)) return true
    if (this.agreed === undefined) {
      if (side === CLIENT && this.session.clientRandom !== undefined) return false
      this.settle(
        'no secrets',
        this.session.clientRandom === undefined ? 'the ClientHello was not captured' : 'the ServerHello was not captured',
      )
      return true
    }
    if (half.phase.kind === 'early' && this.session.early === 'offered' && !this.verdictLost) return false
    if (half.openable) return true
    this.decryption(this.keyring.refused ? 'wrong secrets' : 'waiting for secrets', undefined)
    return false
  }

  /** Whether early data were accepted stands in a message that can not be opened any more. */
  private get verdictLost(): boolean {
    return this.halves[SERVER].phase.kind === 'application'
  }

  /** Reads a record; answers false when its secret turned out to be wrong, and another one may come. */
  record(side: Side, type: number, version: number, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): boolean {
    const half = this.halves[side]
    const wire = HEADER + end - start
    if (at > this.last) this.last = at
    if (this.session.over === undefined) this.begun(side, offset, wire, at)
    if (!this.sealed(half, type)) this.plain(half, type, bytes, start, end, offset, at)
    else if (!this.unsealed(half, type, version, bytes, start, end, offset, at)) return false
    this.done[side] = offset + wire
    return true
  }

  private begun(side: Side, offset: number, wire: number, at: Micros): void {
    const { session } = this
    if (session.position === undefined || (session.position < 0 && side === CLIENT && session.shares[CLIENT] === undefined))
      session.position = side === CLIENT ? offset : -offset - 1
    extendShare(session, side, wire, at)
  }

  private plain(half: Half, type: number, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    if (type === SSL2_HELLO) this.ssl2Hello(bytes, start, end, offset, at)
    else if (type === CHANGE_CIPHER_SPEC) this.keysChange(half)
    else this.read(half, type, bytes, start, end, offset, at)
  }

  private unsealed(
    half: Half,
    type: number,
    version: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    at: Micros,
  ): boolean {
    const { side, fresh, phase, loss } = half
    const plain = half.open(type, version, bytes, start, end)
    if (plain === undefined) return this.unopened(half, fresh, type, bytes, start, end, at)
    if (this.session.opened[side]++ === 0 && this.session.told) this.changed = true
    this.decryption('decrypted', undefined)
    if (half.phase !== phase) this.passedOver(half, at)
    if (loss !== undefined) {
      half.loss = undefined
      if (carriesData(phase) && phase.kind !== 'early' && half.bridged > 0) {
        this.beginContent(side, offset)
        this.content.gap(side, half.bridged, loss.at, loss.reason)
      }
    }
    const { type: inner, length } = half.opened!
    if (half.phase.kind === 'early') this.session.earlyBytes += inner === APPLICATION_DATA ? length : 0
    if (inner === APPLICATION_DATA) this.data(half, plain, length, offset, at)
    else if (inner === CHANGE_CIPHER_SPEC) this.keysChange(half)
    else this.read(half, inner, plain, 0, length, offset, at)
    return true
  }

  /** A phase was opened although the end of the one before was not seen: its secret is not known, or it was lost. */
  private passedOver(half: Half, at: Micros): void {
    this.stage++
    if (half.phase.kind === 'application' && half.phase.generation === 0) this.finished(half.side, at)
  }

  /** A client finishes the handshake of TLS 1.3 when the server has. */
  private finished(side: Side, at: Micros): void {
    const { finished } = this.session.facts
    finished[side] = true
    if (side === CLIENT && this.agreed !== undefined && this.agreed.version >= TLS_1_3) finished[SERVER] = true
    this.checkOver(at)
  }

  private data(half: Half, plain: Uint8Array, length: number, offset: number, at: Micros): void {
    if (half.phase.kind === 'early' && this.session.early === 'rejected') return
    this.beginContent(half.side, offset)
    this.content.data(half.side, plain, length, at)
  }

  private beginContent(side: Side, offset: number): void {
    if (this.content.begun) return
    const { done } = this
    const { encryptedExtensions, serverHello } = this.session.facts
    const alpn = (encryptedExtensions?.alpn ?? serverHello?.alpn)?.[0]
    this.content.begin(alpn, side === CLIENT ? [offset, done[SERVER]] : [done[CLIENT], offset])
  }

  /** A record could not be opened. */
  private unopened(half: Half, fresh: boolean, type: number, bytes: Uint8Array, start: number, end: number, at: Micros): boolean {
    const { side, phase } = half
    const opener = half.openerAt(0)
    if (opener !== undefined && fresh && phase.kind !== 'early' && phase.kind !== 'plain') {
      this.keyring.refuse(phase, side)
      for (const each of this.halves) each.forgetOpeners()
      this.decryption('wrong secrets', undefined)
      if (!this.settled) return false
    }
    if (opener === undefined && half.phases.length > 1 && half.openable) return true
    this.unread(side, at)
    if (opener !== undefined && half.loss === undefined) {
      this.session.unopened++
      note(this.session, 'record-not-opened')
      this.changed = true
    }
    half.pass(bytes, start, end, at)
    // Data that nobody will read are told at once, so that what the other side says to them finds its place.
    if (type === APPLICATION_DATA && !half.openable) {
      if (this.session.over === undefined) half.told()
      else this.flush(side)
    }
    return true
  }

  /** A record is sealed and nobody reads it now: of the handshake it is still known when it is over. */
  unread(side: Side, at: Micros): void {
    const { session, agreed } = this
    if (session.over !== undefined || agreed === undefined || session.facts.finished[side]) return
    if (agreed.version >= TLS_1_3 && (side === SERVER || session.early !== undefined)) return
    this.finished(side, at)
  }

  private checkOver(at: Micros): void {
    const { session } = this
    if (session.over !== undefined || !isEstablished(session.facts)) return
    this.isOver(at)
  }

  private isOver(at: Micros): void {
    const { session } = this
    const first = session.shares[CLIENT]?.first
    session.over = at
    if (first !== undefined) session.facts.handshake = at - first
    if (session.shares[SERVER] !== undefined) session.shares[SERVER].last = at
  }

  private read(half: Half, type: number, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    if (type === ALERT) this.alert(half, bytes, start, end, at)
    else if (type === HANDSHAKE) this.handshake(half, bytes, start, end, offset, at)
  }

  private alert({ side }: Half, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (end - start !== 2) return
    const { session } = this
    const [level, description] = [bytes[start], bytes[start + 1]]
    if (description === CLOSE_NOTIFY) {
      this.flush(side)
      this.content.end(side, at)
    } else this.changed = true
    const fatal = level === FATAL && description !== CLOSE_NOTIFY
    alerted(session.facts, side, level, description, at)
    if (session.over === undefined && fatal) this.isOver(at)
  }

  private handshake(half: Half, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    const { framing } = half
    if (framing.broken) framing.reset()
    framing.receive(bytes, start, end, (framed) => {
      const within = framed.bytes === bytes ? framed.start - start : 0
      this.message(half, framed, offset + HEADER + within, at)
    })
    if (framing.broken) this.malformed('handshake-message-too-large', half.side, offset, at)
  }

  private message(half: Half, { type, bytes, whole, start, end }: Framed, offset: number, at: Micros): void {
    const { session, codecs, agreed } = this
    const keyExchange = agreed && suiteOf(agreed.suite)?.keyExchange
    const version = agreed?.version ?? 0
    const message = readMessage(type, bytes, start, end, { version, keyExchange, decoder: codecs.decoder })
    if (message.malformed !== undefined && (message.kind === 'client hello' || message.kind === 'server hello'))
      this.malformed(`bad-${message.kind.replace(' ', '-')}`, half.side, offset + message.malformed.offset, at)
    if (session.over === undefined) list(session, half.side, message.kind, end - whole, at)
    const anew = session.over !== undefined && (message.kind === 'client hello' || message.kind === 'server hello')
    if (!anew) learn(session.facts, half.side, message, codecs.ciphers.hash)
    else if (message.kind === 'client hello') session.renegotiations++
    if (session.told && (anew || message.kind === 'key update' || message.kind === 'certificate')) this.changed = true
    this.act(half, message, bytes, start, end, at)
  }

  /** What a message does to the keys. */
  private act(half: Half, message: HandshakeMessage, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const tls13 = half.phase.kind !== 'plain' && half.phase.kind !== 'session'
    if (message.kind === 'client hello') {
      this.session.clientRandom = message.random
      this.sessionId = message.sessionId
      if (this.session.over === undefined && message.earlyData === true) {
        const whole = [bytes.subarray(start - MESSAGE_HEADER, end)]
        const { hash } = this.codecs.ciphers
        this.session.early = 'offered'
        this.session.helloHashes = { sha256: hex(hash('sha256')(whole)), sha384: hex(hash('sha384')(whole)) }
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
    if (this.session.early !== 'offered') return
    this.session.early = accepted ? 'accepted' : 'rejected'
    this.stage++
  }

  private advance(half: Half): void {
    if (half.phases.length < 2) return
    half.advance(1)
    this.stage++
  }

  private ssl2Hello(bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    const hello = readSsl2Hello(bytes, start, end)
    this.session.ssl2 = true
    list(this.session, CLIENT, hello.kind, end - start, at)
    learn(this.session.facts, CLIENT, hello, this.codecs.ciphers.hash)
    this.session.clientRandom = hello.random
    if (hello.malformed !== undefined) this.malformed('bad-client-hello', CLIENT, offset + hello.malformed.offset, at)
  }

  /** Both have said what keys follow from. */
  private agree({ version, suite, random, sessionId, encryptThenMac = false }: ServerHello): void {
    const { halves, session } = this
    const { clientRandom } = session
    if (clientRandom === undefined) {
      this.settle('no secrets', 'the ClientHello was not captured')
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
    if (refusal !== undefined) this.settle('suite not supported', refusal)
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
    if (this.session.facts.serverHello?.extendedMasterSecret === true) return
    const from = u16be(bytes, start) === end - start - 2 ? start + 2 : start
    const told: Agreed = { ...agreed, encryptedSecret: hex(bytes, from, from + 8) }
    this.agreed = told
    this.session.encryptedSecret = told.encryptedSecret
    for (const half of halves) half.replace(agreed, told)
  }

  private keysChange(half: Half): void {
    const index = half.phases.findIndex(({ kind }, at) => at > 0 && kind === 'session')
    if (index < 0) return
    const { facts } = this.session
    if (half.side === SERVER && this.session.over === undefined && this.halves[CLIENT].phase.kind === 'plain') facts.abbreviated = true
    half.advance(index)
    this.stage++
  }

  lose({ side, wire, records, at, reason }: HeldLoss): void {
    const half = this.halves[side]
    if (half.phase.kind === 'plain' || this.session.over === undefined) this.missed(side, wire, reason)
    if (!half.framing.idle) half.framing.lose()
    half.lose(wire, records, at, reason)
    this.done[side] += wire
    if (side === SERVER && half.phase.kind === 'plain' && this.agreed === undefined) this.stage++
  }

  private missed(side: Side, wire: number, reason: MissingReason): void {
    if (reason !== 'not decrypted') miss(this.session, side, this.done[side], wire, reason)
  }

  /** Tells what was lost and never found again. */
  flush(side: Side): void {
    const half = this.halves[side]
    const { loss, phase } = half
    if (loss === undefined || (!carriesData(phase) && this.session.over === undefined)) return
    this.content.gap(side, Math.round(half.lostContent), loss.at, loss.reason)
    half.told()
  }

  end(side: Side, at: Micros): void {
    this.flush(side)
    this.content.end(side, at)
  }

  malformed(code: string, side: Side, offset: number, at: Micros): void {
    const { session } = this
    if (session.over !== undefined) {
      note(session, code)
      this.changed = true
      return
    }
    session.position ??= side === CLIENT ? offset : -offset - 1
    session.error ??= { code, direction: DIRECTION[side], offset, at }
    extendShare(session, side, 0, at)
  }

  private decryption(decryption: Decryption, reason: string | undefined): void {
    const { told, facts } = this.session
    if (facts.decryption === decryption || facts.decryption === 'decrypted') return
    facts.decryption = decryption
    facts.reason = reason
    if (told) this.changed = true
  }

  private settle(decryption: Decryption, reason: string): void {
    this.settled = true
    this.decryption(decryption, reason)
  }

  /** Secrets are not waited for any longer. */
  giveUp(overflowed: boolean): void {
    const { facts } = this.session
    this.settled = true
    if (facts.decryption !== 'waiting for secrets') return
    facts.decryption = this.keyring.refused ? 'wrong secrets' : 'no secrets'
    facts.reason = overflowed ? 'nobody told them before more came than is kept' : 'nobody told them'
  }

  get awaited(): readonly string[] {
    const { agreed } = this
    if (agreed === undefined || this.settled) return []
    return agreed.encryptedSecret === undefined ? [agreed.clientRandom] : [agreed.clientRandom, agreed.encryptedSecret]
  }

  /** It is known how the handshake went, and whether what follows can be read; and that was not told, or was told otherwise. */
  get due(): boolean {
    const { session } = this
    if (session.over === undefined) return false
    const { decryption, alerts } = session.facts
    if (!session.told) return this.settled || (decryption !== 'waiting for secrets' && decryption !== 'wrong secrets')
    return this.changed && alerts.at(-1)?.fatal === true
  }

  status(closing: boolean): ExchangeStatus {
    const { session } = this
    if (session.error !== undefined) return 'malformed'
    if (session.missing.length > 0 || (closing && session.over === undefined)) return 'incomplete'
    return 'complete'
  }

  told(): void {
    this.session.told = true
    this.changed = false
  }

  close(offsets: readonly [number, number]): void {
    const { session } = this
    if (session.position === undefined) return
    if (!session.told) this.changed = true
    if (session.over !== undefined || session.error !== undefined) return
    const silent = session.facts.finished[SERVER] ? CLIENT : SERVER
    if (this.halves[silent].ended) note(session, 'closed-in-handshake')
    else if (session.missing.length === 0) miss(session, silent, offsets[silent], 0, 'after capture')
  }

  save(): SavedDialogue {
    const { agreed, sessionId, sessions, settled, changed, done, last } = this
    return {
      agreed,
      sessionId,
      sessions: sessions.map(([id, random]) => [id, random]),
      settled,
      changed,
      done: [...done],
      last,
      wrong: this.keyring.save(),
    }
  }

  load({ wrong, ...saved }: SavedDialogue, session: Session): void {
    Object.assign(this, { ...saved, done: [...saved.done], session })
    this.keyring.load(wrong)
    // What cannot be opened is known to the keyring alone, which is not saved.
    if (saved.agreed !== undefined) this.keyring.refusal(saved.agreed)
  }
}
