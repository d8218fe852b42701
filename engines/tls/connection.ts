import { copyOf } from '../bytes/copy.ts'
import type { Found } from '../protocols/call.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { callOf } from './call.ts'
import type { Ciphers } from './ciphers.ts'
import { Content, type SavedContent } from './content.ts'
import { Dialogue, type SavedDialogue } from './dialogue.ts'
import { Half, type SavedHalf } from './half.ts'
import { type Held, type HeldLoss, type HeldRecord, isLoss, Waiting } from './held.ts'
import { Keyring } from './keyring.ts'
import { LIMITS } from './limits.ts'
import { carriesData } from './phase.ts'
import type { RecordSink } from './record.ts'
import type { Secrets } from './secrets.ts'
import { copyOfSession, miss, type Session } from './session.ts'

export interface SavedTls {
  halves: [SavedHalf, SavedHalf]
  dialogue: SavedDialogue
  session: Session
  content: SavedContent
  waiting: Held[]
  overflowed: boolean
}

const SIDES = [CLIENT, SERVER] as const
/** Rounds through what waits: each but the last has opened what others waited for. */
const MOST_ROUNDS = 8
const rooms: Uint8Array[] = []

/** Reads one connection of TLS 1.0 to 1.3: a call for its handshake, and what it carries for whoever reads that. */
export class TlsConnection implements Reader {
  private readonly host: Host
  private readonly keyring: Keyring
  private halves: readonly [Half, Half]
  private content: Content
  private dialogue: Dialogue
  private readonly sinks: readonly [RecordSink, RecordSink]
  private readonly waiting = new Waiting()
  private blocked: [boolean, boolean] = [false, false]

  constructor(host: Host, { offsets, midway }: Pick<Beginning, 'offsets' | 'midway'>) {
    this.host = host
    this.keyring = new Keyring(host.codecs.ciphers, host.secrets)
    this.halves = [new Half(CLIENT, offsets[CLIENT], midway, this.keyring), new Half(SERVER, offsets[SERVER], midway, this.keyring)]
    this.content = new Content(host)
    this.dialogue = new Dialogue(host.codecs, this.keyring, this.halves, this.content)
    this.sinks = [this.sinkOf(CLIENT), this.sinkOf(SERVER)]
  }

  private sinkOf(side: Side): RecordSink {
    return {
      record: (type, version, bytes, start, end, offset, at) => this.record(side, type, version, bytes, start, end, offset, at),
      lost: (wire, records, at, reason) => this.lose({ side, wire, records, at, reason }),
      malformed: (offset, at) => this.dialogue.standing.malformed('not-a-record', side, offset, at),
    }
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const lent = this.borrow()
    this.halves[side].records.receive(bytes, start, end, at, this.sinks[side])
    this.giveBack(lent)
    this.tell()
  }

  /** Room for what is opened, until it is read. TLS within TLS has its own. */
  private borrow(): Uint8Array {
    const before = this.keyring.room.bytes
    if (before.length === 0) this.keyring.room.bytes = rooms.pop() ?? new Uint8Array(LIMITS.fragment)
    return before
  }

  private giveBack(before: Uint8Array): void {
    if (before.length === 0) rooms.push(this.keyring.room.bytes)
    this.keyring.room.bytes = before
  }

  private record(
    side: Side,
    type: number,
    version: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    at: Micros,
  ): void {
    const before = this.dialogue.stage
    if (this.mustWait(side, type) || !this.dialogue.record(side, type, version, bytes, start, end, offset, at)) {
      this.keep({ side, type, version, fragment: copyOf(bytes, start, end), offset, at })
      this.dialogue.unread(side, at)
    } else if (this.waiting.items.length > 0 && this.dialogue.stage !== before) this.drain()
  }

  /** Order is kept: within a side, and of what both say in what TLS carries. */
  private mustWait(side: Side, type: number): boolean {
    if (this.waiting.items.length > 0 && (this.blocked[side] || carriesData(this.halves[side].phase))) return true
    return !this.dialogue.ready(side, type)
  }

  private lose(loss: HeldLoss): void {
    const { side } = loss
    if (this.waiting.items.length > 0 && (this.blocked[side] || carriesData(this.halves[side].phase))) this.keep(loss)
    else this.dialogue.lose(loss)
  }

  private keep(item: Held): void {
    this.blocked[item.side] = true
    this.waiting.keep(item)
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing > 0) this.halves[side].records.gap(missing, at, reason, this.sinks[side])
    this.tell()
  }

  lost(side: Side, offset: number, missing: number, _at: Micros, reason: MissingReason): void {
    miss(this.dialogue.standing.session, side, offset, missing, reason)
  }

  end(side: Side, at: Micros): void {
    this.halves[side].ended = true
    if (!this.blocked[side]) this.dialogue.end(side, at)
    this.tell()
  }

  close(at: Micros): void {
    this.letGo(at)
    for (const side of SIDES) this.dialogue.flush(side)
    this.dialogue.standing.close(this.halves)
    this.content.close(at)
    this.tell(true)
  }

  /** Reads what can be read by now of what was kept. */
  private drain(): void {
    const lent = this.borrow()
    this.readWaiting()
    this.giveBack(lent)
    for (const side of SIDES) if (this.halves[side].ended && !this.blocked[side]) this.dialogue.end(side, this.dialogue.last)
  }

  private readWaiting(): void {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const items = this.waiting.take()
      this.blocked = [false, false]
      for (const item of items) if (!this.passOn(item)) this.keep(item)
      const left = this.waiting.items.length
      if (left === 0 || left === items.length) break
    }
  }

  private passOn(item: Held): boolean {
    const { side } = item
    if (this.waiting.items.length > 0 && (this.blocked[side] || carriesData(this.halves[side].phase))) return false
    if (!isLoss(item)) return this.passRecord(item)
    this.dialogue.lose(item)
    return true
  }

  private passRecord({ side, type, version, fragment, offset, at }: HeldRecord): boolean {
    return this.dialogue.ready(side, type) && this.dialogue.record(side, type, version, fragment, 0, fragment.length, offset, at)
  }

  /** Tells of the handshake once it is over and it is known whether it can be opened; and again when that changed. */
  private tell(closing = false): void {
    const { standing } = this.dialogue
    if (!standing.due && !(closing && standing.changed)) return
    standing.told()
    this.host.call(callOf(standing.session, standing.status(closing), this.hash))
  }

  private get hash(): Ciphers['hash'] {
    return this.host.codecs.ciphers.hash
  }

  get innermost(): string | undefined {
    return this.content.innermost
  }

  pending(): Found[] {
    const { session } = this.dialogue.standing
    const open = !session.told && session.position !== undefined
    return [...(open ? [callOf(session, 'pending', this.hash)] : []), ...this.content.pending()]
  }

  awaited(): readonly string[] {
    const within = this.content.awaited()
    return this.waiting.items.length === 0 ? within : [...this.dialogue.awaited, ...within]
  }

  unlock(clientRandom: string, secrets: Secrets, at: Micros): void {
    this.keyring.learn(clientRandom, secrets)
    for (const half of this.halves) half.retry()
    this.drain()
    this.tell()
    this.content.unlock(clientRandom, secrets, at)
  }

  giveUp(at: Micros): void {
    this.letGo(at)
    this.content.giveUp(at)
  }

  private letGo(at: Micros): void {
    this.dialogue.standing.giveUp(this.waiting.overflowed, this.keyring.refused)
    if (this.waiting.items.length > 0) this.drain()
    for (const side of SIDES) if (this.halves[side].ended) this.dialogue.end(side, at)
    this.tell()
  }

  get idle(): boolean {
    return this.waiting.items.length === 0 && this.dialogue.standing.session.told && this.content.idle
  }

  save(): SavedTls {
    const { halves, dialogue, content, waiting } = this
    return {
      halves: [halves[CLIENT].save(), halves[SERVER].save()],
      dialogue: dialogue.save(),
      session: copyOfSession(dialogue.standing.session),
      content: content.save(),
      waiting: waiting.save(),
      overflowed: waiting.overflowed,
    }
  }

  static load(saved: SavedTls, host: Host): TlsConnection {
    const tls = new TlsConnection(host, { offsets: [0, 0], midway: false })
    for (const side of SIDES) tls.halves[side].load(saved.halves[side])
    tls.dialogue.load(saved.dialogue, copyOfSession(saved.session))
    tls.content.load(saved.content)
    for (const item of saved.waiting) tls.keep({ ...item })
    tls.waiting.overflowed = saved.overflowed
    return tls
  }
}
