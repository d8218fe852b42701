import type { Missing } from '../http/facts.ts'
import { type SavedTurns, Turns } from '../protocols/turns.ts'
import type { Micros } from '../time.ts'
import { LIMITS } from './limits.ts'
import { copyOfUnit, note, type Unit } from './unit.ts'

/** What the server is to answer. Those in `CYCLES` end with ReadyForQuery. */
export type Kind =
  | 'startup'
  | 'query'
  | 'function'
  | 'sync'
  | 'parse'
  | 'bind'
  | 'describe-statement'
  | 'describe-portal'
  | 'execute'
  | 'close'
const CYCLES: ReadonlySet<Kind> = new Set(['startup', 'query', 'function', 'sync'])

/** A message that waits for its answer. */
export interface Asked {
  kind: Kind
  unit: Unit
  /** Of the statement or portal it is about. */
  name: string
  id: number
}

export interface SavedQueue {
  open: Unit[]
  /** `unit`: which one of `open`. */
  asked: ((Omit<Asked, 'unit'> & { unit: number }) | 'gap' | 'lost')[]
  turns: SavedTurns
  lost: Missing[]
}

/**
 * What the server has to answer, in order. After bytes of the client were lost, nobody knows how many queries they held, and counting means
 * nothing from there on (`gap`; `lost` where it was answers) until it begins anew with a cycle (`Turns`); calls are then marked `pairing-presumed` for a while.
 */
export class Queue {
  /** Bytes that were lost, and make pairing uncertain. */
  lost: Missing[] = []
  private asked: (Asked | 'gap' | 'lost')[] = []
  private readonly turns: Turns

  constructor(midway: boolean) {
    this.turns = new Turns(midway)
  }

  /** What is answered next; `gap`: nobody knows. */
  get head(): Asked | 'gap' | undefined {
    const head = this.asked[0]
    return head === 'lost' ? 'gap' : head
  }

  /** Bytes were lost, and what waits for what is not known, or will not be. */
  private get uncertain(): boolean {
    return this.asked.some((entry) => typeof entry === 'string')
  }

  get length(): number {
    return this.asked.length
  }

  get full(): boolean {
    return this.asked.length >= LIMITS.open
  }

  get entries(): Asked[] {
    return this.asked.filter((entry): entry is Asked => typeof entry === 'object')
  }

  /** Calls that wait, each once. */
  get units(): Unit[] {
    return [...new Set(this.entries.map(({ unit }) => unit))]
  }

  /** After a loss of answers: what waits can only be answered by what comes, since it all ends with one ReadyForQuery. */
  get single(): boolean {
    return this.asked[0] === 'lost' && !this.asked.includes('gap') && this.entries.filter(({ kind }) => CYCLES.has(kind)).length === 1
  }

  heard(at: Micros): void {
    this.turns.serverSpoke(at)
  }

  /** The client speaks. `begins`: a cycle. Answers whether what waited gets no answer any more. */
  spoke(begins: boolean, at: Micros): boolean {
    return this.turns.clientSpoke(begins, this.asked.length > 0, begins && this.uncertain, at)
  }

  /** All that wait, which is forgotten; pairing begins anew. */
  restart(): Unit[] {
    const { units, lost } = this
    for (const { missing } of units) if (missing.length === 0) missing.push(...lost)
    this.asked = []
    return units
  }

  push(kind: Kind, unit: Unit, name = '', id = 0): void {
    unit.waiting++
    if (this.turns.presumed) note(unit, 'pairing-presumed')
    this.asked.push({ kind, unit, name, id })
  }

  /** The first is answered. */
  shift(): void {
    const head = this.asked.shift()
    if (typeof head !== 'object') return
    head.unit.waiting--
    if (CYCLES.has(head.kind)) this.turns.settle(this.asked.length === 0)
  }

  /** Takes out what comes before the next that ends with ReadyForQuery; that one too, if it is to be `whole`. Answers what was taken. */
  skip(whole: boolean): Asked[] {
    const taken: Asked[] = []
    for (let head = this.asked[0]; typeof head === 'object'; head = this.asked[0]) {
      const ends = CYCLES.has(head.kind)
      if (ends && !whole) break
      this.shift()
      taken.push(head)
      if (ends) break
    }
    return taken
  }

  /** `missing`: the bytes; none when requests were too many to be kept. */
  lostRequests(missing?: Missing): void {
    if (missing !== undefined) this.note(missing)
    this.turns.requestsLost()
    if (this.asked.at(-1) === 'lost') this.asked.pop()
    if (this.asked.at(-1) !== 'gap') this.asked.push('gap')
  }

  lostAnswers(missing: Missing): void {
    this.note(missing)
    for (const unit of this.units) if (unit.missing.length < 16) unit.missing.push(missing)
    if (typeof this.asked[0] !== 'string') this.asked.unshift('lost')
    this.turns.answersLost()
  }

  /** It is known again who is answered. */
  found(): void {
    if (typeof this.asked[0] === 'string') this.asked.shift()
  }

  private note(missing: Missing): void {
    if (!this.uncertain) this.lost = []
    if (this.lost.length < 16) this.lost.push(missing)
  }

  save(): SavedQueue {
    const { turns, lost, units } = this
    const asked = this.asked.map((entry) => (typeof entry === 'string' ? entry : { ...entry, unit: units.indexOf(entry.unit) }))
    return { turns: turns.save(), lost: [...lost], asked, open: units.map(copyOfUnit) }
  }

  /** Answers the calls that wait, in the order they were saved. */
  load({ asked, open, lost, turns }: SavedQueue): Unit[] {
    const units = open.map(copyOfUnit)
    this.turns.load(turns)
    this.lost = [...lost]
    this.asked = asked.map((entry) => (typeof entry === 'string' ? entry : { ...entry, unit: units[entry.unit] }))
    return units
  }
}
