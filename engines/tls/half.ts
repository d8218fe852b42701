import type { MissingReason, Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { HandshakeFraming, type SavedFraming } from './handshake/framing.ts'
import type { Keyring } from './keyring.ts'
import { LIMITS } from './limits.ts'
import { HEADER, type Opener, type OpenerState } from './open/opener.ts'
import { type Agreed, type Phase, PLAIN } from './phase.ts'
import { RecordReader, type SavedRecords } from './record.ts'

/** What went by unread since the last record that was opened. */
export interface Loss {
  wire: number
  /** At least so many records; `exact`: not more. */
  records: number
  exact: boolean
  /** Of `wire`, what the one above was told of already. */
  told: number
  at: Micros
  reason: MissingReason
}

export interface SavedHalf {
  records: SavedRecords
  framing: SavedFraming
  phases: Phase[]
  sequence: number
  state: OpenerState | undefined
  loss: Loss | undefined
  unopened: number
  ended: boolean
}

/** Bytes that the smallest record takes: what a gap of some size may have held at most follows from it. */
const SMALLEST = HEADER + 17

/** One direction: its records, the keys they are sealed with, and which record is the next. */
export class Half {
  readonly side: Side
  records: RecordReader
  readonly framing = new HandshakeFraming()
  /** The current one first; then those that are known to follow. */
  phases: Phase[] = [PLAIN]
  sequence = 0
  loss: Loss | undefined = undefined
  ended = false
  /** Of the record that was opened last, where it was known again: content that was lost before it, bytes. */
  bridged = 0
  opened: Opener | undefined = undefined
  private unopened = 0
  private state: OpenerState | undefined = undefined
  private openers: (Opener | undefined)[] = []
  private readonly keyring: Keyring

  constructor(side: Side, offset: number, searching: boolean, keyring: Keyring) {
    this.side = side
    this.records = new RecordReader(offset, searching)
    this.keyring = keyring
  }

  get phase(): Phase {
    return this.phases[0]
  }

  /** Whether some secret is known that may open what comes. */
  get openable(): boolean {
    return this.phases.some((_, index) => this.openerAt(index) !== undefined)
  }

  /** Whether the record that comes is the first of its phase. */
  get fresh(): boolean {
    return this.sequence === 0 && this.loss === undefined
  }

  openerAt(index: number): Opener | undefined {
    const known = this.openers[index]
    if (known !== undefined) return known
    const opener = this.keyring.opener(this.phases[index], this.side)
    if (index === 0 && opener !== undefined && this.state !== undefined) {
      opener.load?.(this.state)
      this.state = undefined
    }
    this.openers[index] = opener
    return opener
  }

  /** Secrets have changed. */
  forgetOpeners(): void {
    if (this.sequence === 0) this.openers = []
  }

  /** Secrets have come. */
  retry(): void {
    this.forgetOpeners()
    this.unopened = 0
  }

  /** The phases from here on. */
  begin(phases: Phase[]): void {
    this.phases = phases
    this.openers = []
    this.sequence = 0
  }

  /** A phase that follows the current one, in place of those that were to. */
  follow(phase: Phase): void {
    this.phases = [this.phase, phase]
    this.openers.length = Math.min(1, this.openers.length)
  }

  /** More is known of a handshake whose keys are not in use yet. */
  replace(agreed: Agreed, told: Agreed): void {
    this.phases = this.phases.map((phase) => (phase.agreed?.clientRandom === agreed.clientRandom ? { ...phase, agreed: told } : phase))
  }

  /** What was lost was told; how many records it was is still to be known. */
  told(): void {
    this.loss = this.loss && { ...this.loss, told: this.loss.wire }
  }

  /** Goes over to a phase that is known to follow. */
  advance(index: number): void {
    this.phases = this.phases.slice(index)
    this.openers = this.openers.slice(index)
    this.sequence = 0
    this.state = undefined
  }

  /** The keys change within the phase (RFC 8446 section 4.6.3). */
  update(): void {
    const { phase } = this
    this.phases = [phase, { ...phase, generation: phase.generation + 1 }, ...this.phases.slice(1)]
    this.openers = [this.openers[0], undefined, ...this.openers.slice(1)]
    this.advance(1)
  }

  /** Content of a record, in memory of its own, whose type and length are then those of `opened`. Undefined: nobody knows what it is. */
  open(type: number, version: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    this.bridged = 0
    const plain = this.loss === undefined ? this.openNext(type, version, bytes, start, end) : this.search(type, version, bytes, start, end)
    if (plain !== undefined) this.unopened = 0
    return plain
  }

  private openNext(type: number, version: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    for (let index = 0; index < this.phases.length; index++) {
      const opener = this.openerAt(index)
      const plain = opener?.open(type, version, index === 0 ? this.sequence : 0, bytes, start, end)
      if (plain === undefined) continue
      if (index > 0) this.advance(index)
      this.sequence++
      this.opened = opener
      return plain
    }
    return undefined
  }

  /** After a loss the tag tells which record this is: of those that the lost bytes may have held, in each phase that may have begun. */
  private search(type: number, version: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    if (this.unopened >= LIMITS.unopened) return undefined
    const { phase, phases } = this
    if (phase.kind === 'application' && phases.length === 1) this.phases = [phase, { ...phase, generation: phase.generation + 1 }]
    for (let index = 0; index < this.phases.length; index++) {
      const plain = this.searchIn(index, type, version, bytes, start, end)
      if (plain === undefined) continue
      if (phases.length === 1 && index === 0) this.phases = phases
      return plain
    }
    this.phases = phases
    this.openers.length = Math.min(this.openers.length, phases.length)
    return undefined
  }

  private searchIn(index: number, type: number, version: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const opener = this.openerAt(index)
    if (opener === undefined) return undefined
    const { wire, records, exact, told } = this.loss!
    const least = index === 0 ? records : this.phase.kind === 'early' ? 0 : Math.max(0, records - LIMITS.window)
    const most = exact ? records : records + Math.min(LIMITS.window, Math.floor(wire / SMALLEST))
    const from = index === 0 ? this.sequence : 0
    for (let lost = least; lost <= most; lost++) {
      opener.seek?.(index === 0 ? wire - lost * HEADER : 0)
      const plain = opener.open(type, version, from + lost, bytes, start, end)
      if (plain === undefined) continue
      this.bridged = told > 0 ? 0 : opener.content(wire, lost)
      if (index > 0) this.advance(index)
      this.sequence = from + lost + 1
      this.opened = opener
      return plain
    }
    return undefined
  }

  /** A record could not be opened: it is lost as well. */
  pass(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.unopened++
    this.lose(HEADER + end - start, 1, at, 'not decrypted')
    this.openers[0]?.pass?.(bytes, start, end)
  }

  /** `records`: undefined when nobody knows how many. */
  lose(wire: number, records: number | undefined, at: Micros, reason: MissingReason): void {
    const { loss } = this
    this.openers[0]?.lose?.()
    if (loss === undefined) this.loss = { wire, records: records ?? 0, exact: records !== undefined, told: 0, at, reason }
    else {
      const why = loss.reason === 'not decrypted' ? reason : loss.reason
      this.loss = {
        ...loss,
        wire: loss.wire + wire,
        records: loss.records + (records ?? 0),
        exact: loss.exact && records !== undefined,
        reason: why,
      }
    }
    if (reason !== 'not decrypted') this.unopened = 0
  }

  /** About how much content the loss held. */
  get lostContent(): number {
    const { wire, told, records, exact } = this.loss!
    const untold = wire - told
    const count = told > 0 ? 1 : exact ? records : Math.max(records, Math.ceil(wire / (16_384 + SMALLEST)))
    return untold <= 0 ? 0 : (this.openerAt(0)?.content(untold, count) ?? Math.max(0, untold - count * SMALLEST))
  }

  save(): SavedHalf {
    const { records, framing, phases, sequence, loss, unopened, ended } = this
    const state = this.openers[0]?.save?.() ?? this.state
    return {
      records: records.save(),
      framing: framing.save(),
      phases: [...phases],
      sequence,
      state,
      loss: loss && { ...loss },
      unopened,
      ended,
    }
  }

  load({ records, framing, ...rest }: SavedHalf): void {
    Object.assign(this, rest)
    this.records = RecordReader.load(records)
    this.framing.load(framing)
  }
}
