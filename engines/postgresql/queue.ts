import type { Missing } from '../http/facts.ts'
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
  presumed: number
  alternating: boolean
  answered: boolean
  last: number
  lost: Missing[]
}

/** How long nobody must have said anything, in µs, before a query is taken for the first of a new conversation. */
const QUIET = 200_000
/** Queries answered one by one, after which pairing is certain again. */
const SETTLED = 8

/**
 * What the server has to answer, in order. After bytes of the client were lost, nobody knows how many queries they held, and counting means
 * nothing from there on (`gap`; `lost` where it was answers). It begins anew with a query that nothing can be open before: of a client that never asked before it had the
 * whole answer, once the server is ready again; or after a while in which nobody said anything. Neither is proof, so calls are marked
 * `pairing-presumed` until eight in a row went one by one.
 */
export class Queue {
  /** Bytes that were lost, and make pairing uncertain. */
  lost: Missing[] = []
  private asked: (Asked | 'gap' | 'lost')[] = []
  private presumed: number
  private alternating = true
  private answered = false
  private last = 0

  constructor(midway: boolean) {
    this.presumed = midway ? SETTLED : 0
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
    this.last = at
    this.answered = true
  }

  /** The client speaks. `begins`: a cycle. Answers whether what waited gets no answer any more. */
  spoke(begins: boolean, at: Micros): boolean {
    const quiet = at - this.last > QUIET
    this.last = at
    if (!begins) return false
    const regained = this.uncertain && (quiet || (this.alternating && this.answered))
    if (!regained && this.asked.length > 0) this.alternating = false
    this.answered = false
    return regained
  }

  /** All that wait, which is forgotten; pairing begins anew. */
  restart(): Unit[] {
    const { units, lost } = this
    for (const { missing } of units) if (missing.length === 0) missing.push(...lost)
    this.asked = []
    this.presumed = SETTLED
    this.alternating = true
    return units
  }

  push(kind: Kind, unit: Unit, name = '', id = 0): void {
    unit.waiting++
    if (this.presumed > 0) note(unit, 'pairing-presumed')
    this.asked.push({ kind, unit, name, id })
  }

  /** The first is answered. */
  shift(): void {
    const head = this.asked.shift()
    if (typeof head !== 'object') return
    head.unit.waiting--
    if (CYCLES.has(head.kind) && this.presumed > 0) this.presumed = this.asked.length === 0 ? this.presumed - 1 : SETTLED
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
    this.answered = false
    if (this.asked.at(-1) === 'lost') this.asked.pop()
    if (this.asked.at(-1) !== 'gap') this.asked.push('gap')
  }

  lostAnswers(missing: Missing): void {
    this.note(missing)
    for (const unit of this.units) if (unit.missing.length < 16) unit.missing.push(missing)
    if (typeof this.asked[0] !== 'string') this.asked.unshift('lost')
    this.answered = true
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
    const { presumed, alternating, answered, last, lost, units } = this
    const asked = this.asked.map((entry) => (typeof entry === 'string' ? entry : { ...entry, unit: units.indexOf(entry.unit) }))
    return { presumed, alternating, answered, last, lost: [...lost], asked, open: units.map(copyOfUnit) }
  }

  /** Answers the calls that wait, in the order they were saved. */
  load({ asked, open, lost, ...rest }: SavedQueue): Unit[] {
    const units = open.map(copyOfUnit)
    Object.assign(this, rest)
    this.lost = [...lost]
    this.asked = asked.map((entry) => (typeof entry === 'string' ? entry : { ...entry, unit: units[entry.unit] }))
    return units
  }
}
