import type { Codecs } from '../http/facts.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import { type Micros, micros } from '../time.ts'
import type { Content } from './content.ts'
import { alerted } from './facts.ts'
import type { Half } from './half.ts'
import type { HeldLoss } from './held.ts'
import type { Keyring } from './keyring.ts'
import { Negotiation, type SavedNegotiation } from './negotiation.ts'
import { HEADER } from './open/opener.ts'
import { carriesData } from './phase.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, SSL2_HELLO } from './record.ts'
import { miss, note, type Session } from './session.ts'
import { Standing } from './standing.ts'

const TLS_1_3 = 0x0304
const FATAL = 2
const CLOSE_NOTIFY = 0

export interface SavedDialogue extends SavedNegotiation {
  settled: boolean
  changed: boolean
  done: [number, number]
  last: number
  /** Digests of secrets that did not fit. */
  wrong: string[]
}

/** What both sides say in records: handshakes, alerts, and what TLS carries. */
export class Dialogue {
  readonly standing = new Standing()
  last: Micros = micros(0)
  /** In each side's stream, behind the last record that was read. */
  private done: [number, number] = [0, 0]
  private readonly keyring: Keyring
  private readonly halves: readonly [Half, Half]
  private readonly content: Content
  private readonly negotiation: Negotiation

  constructor(codecs: Codecs, keyring: Keyring, halves: readonly [Half, Half], content: Content) {
    this.keyring = keyring
    this.halves = halves
    this.content = content
    this.negotiation = new Negotiation(codecs, keyring, halves, this.standing)
  }

  /** Counts up when something changed that others may wait for. */
  get stage(): number {
    return this.negotiation.stage
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
    if (this.standing.settled || !this.sealed(half, type)) return true
    if (this.negotiation.agreed === undefined) {
      if (side === CLIENT && this.standing.session.clientRandom !== undefined) return false
      this.standing.settle(
        'no secrets',
        this.standing.session.clientRandom === undefined ? 'the ClientHello was not captured' : 'the ServerHello was not captured',
      )
      return true
    }
    if (half.phase.kind === 'early' && this.standing.session.early === 'offered' && !this.verdictLost) return false
    if (half.openable) return true
    this.standing.decryption(this.keyring.refused ? 'wrong secrets' : 'waiting for secrets', undefined)
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
    if (this.standing.session.over === undefined) this.standing.begun(side, offset, wire, at)
    if (!this.sealed(half, type)) this.plain(half, type, bytes, start, end, offset, at)
    else if (!this.unsealed(half, type, version, bytes, start, end, offset, at)) return false
    this.done[side] = offset + wire
    return true
  }

  private plain(half: Half, type: number, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    if (type === SSL2_HELLO) this.negotiation.ssl2Hello(bytes, start, end, offset, at)
    else if (type === CHANGE_CIPHER_SPEC) this.negotiation.keysChange(half)
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
    if (this.standing.session.opened[side]++ === 0 && this.standing.session.told) this.standing.changed = true
    this.standing.decryption('decrypted', undefined)
    if (half.phase !== phase) this.passedOver(half, at)
    if (loss !== undefined) {
      half.loss = undefined
      if (carriesData(phase) && phase.kind !== 'early' && half.bridged > 0) {
        this.beginContent(side, offset)
        this.content.gap(side, half.bridged, loss.at, loss.reason)
      }
    }
    const { type: inner, length } = half.opened!
    if (half.phase.kind === 'early') this.standing.session.earlyBytes += inner === APPLICATION_DATA ? length : 0
    if (inner === APPLICATION_DATA) this.data(half, plain, length, offset, at)
    else if (inner === CHANGE_CIPHER_SPEC) this.negotiation.keysChange(half)
    else this.read(half, inner, plain, 0, length, offset, at)
    return true
  }

  /** A phase was opened although the end of the one before was not seen: its secret is not known, or it was lost. */
  private passedOver(half: Half, at: Micros): void {
    this.negotiation.stage++
    if (half.phase.kind === 'application' && half.phase.generation === 0) this.negotiation.finished(half.side, at)
  }

  private data(half: Half, plain: Uint8Array, length: number, offset: number, at: Micros): void {
    if (half.phase.kind === 'early' && this.standing.session.early === 'rejected') return
    this.beginContent(half.side, offset)
    this.content.data(half.side, plain, length, at)
  }

  private beginContent(side: Side, offset: number): void {
    if (this.content.begun) return
    const { done } = this
    const { encryptedExtensions, serverHello } = this.standing.session.facts
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
      this.standing.decryption('wrong secrets', undefined)
      if (!this.standing.settled) return false
    }
    if (opener === undefined && half.phases.length > 1 && half.openable) return true
    this.unread(side, at)
    if (opener !== undefined && half.loss === undefined) {
      this.standing.session.unopened++
      note(this.standing.session, 'record-not-opened')
      this.standing.changed = true
    }
    half.pass(bytes, start, end, at)
    // Data that nobody will read are told at once, so that what the other side says to them finds its place.
    if (type === APPLICATION_DATA && !half.openable) {
      if (this.standing.session.over === undefined) half.told()
      else this.flush(side)
    }
    return true
  }

  /** A record is sealed and nobody reads it now: of the handshake it is still known when it is over. */
  unread(side: Side, at: Micros): void {
    const { session } = this.standing
    const { agreed } = this.negotiation
    if (session.over !== undefined || agreed === undefined || session.facts.finished[side]) return
    if (agreed.version >= TLS_1_3 && (side === SERVER || session.early !== undefined)) return
    this.negotiation.finished(side, at)
  }

  private read(half: Half, type: number, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void {
    if (type === ALERT) this.alert(half, bytes, start, end, at)
    else if (type === HANDSHAKE) this.negotiation.handshake(half, bytes, start, end, offset, at)
  }

  private alert({ side }: Half, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (end - start !== 2) return
    const { session } = this.standing
    const [level, description] = [bytes[start], bytes[start + 1]]
    if (description === CLOSE_NOTIFY) {
      this.flush(side)
      this.content.end(side, at)
    } else this.standing.changed = true
    const fatal = level === FATAL && description !== CLOSE_NOTIFY
    alerted(session.facts, side, level, description, at)
    if (session.over === undefined && fatal) this.standing.isOver(at)
  }

  lose({ side, wire, records, at, reason }: HeldLoss): void {
    const half = this.halves[side]
    if (half.phase.kind === 'plain' || this.standing.session.over === undefined) this.missed(side, wire, reason)
    if (!half.framing.idle) half.framing.lose()
    half.lose(wire, records, at, reason)
    this.done[side] += wire
    if (side === SERVER && half.phase.kind === 'plain' && this.negotiation.agreed === undefined) this.negotiation.stage++
  }

  private missed(side: Side, wire: number, reason: MissingReason): void {
    if (reason !== 'not decrypted') miss(this.standing.session, side, this.done[side], wire, reason)
  }

  /** Tells what was lost and never found again. */
  flush(side: Side): void {
    const half = this.halves[side]
    const { loss, phase } = half
    if (loss === undefined || (!carriesData(phase) && this.standing.session.over === undefined)) return
    this.content.gap(side, Math.round(half.lostContent), loss.at, loss.reason)
    half.told()
  }

  end(side: Side, at: Micros): void {
    this.flush(side)
    this.content.end(side, at)
  }

  get awaited(): readonly string[] {
    const { agreed } = this.negotiation
    if (agreed === undefined || this.standing.settled) return []
    return agreed.encryptedSecret === undefined ? [agreed.clientRandom] : [agreed.clientRandom, agreed.encryptedSecret]
  }

  save(): SavedDialogue {
    const { standing, done, last } = this
    const { settled, changed } = standing
    return { ...this.negotiation.save(), settled, changed, done: [...done], last, wrong: this.keyring.save() }
  }

  load({ settled, changed, done, last, wrong, ...negotiation }: SavedDialogue, session: Session): void {
    Object.assign(this.standing, { settled, changed, session })
    this.done = [...done]
    this.last = last as Micros
    this.keyring.load(wrong)
    this.negotiation.load(negotiation)
  }
}
