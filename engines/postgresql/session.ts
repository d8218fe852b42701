import type { ExchangeStatus } from '../http/facts.ts'
import type { Host } from '../protocols/protocol.ts'
import type { Micros } from '../time.ts'
import { type Context, callOf } from './call.ts'
import { LIMITS } from './limits.ts'
import { Names, type Portal, type Statement } from './names.ts'
import { Queue, type SavedQueue } from './queue.ts'
import { copyOfUnit, newUnit, note, type Span, sizeOf, type Unit } from './unit.ts'

const TOO_LONG = 'pipeline-too-long'
/** While fewer wait, or of a smaller call, nobody counts characters. */
const FEW = 32
const LARGE = 512

export interface SavedSession {
  queue: SavedQueue
  statements: ReturnType<Names<Statement>['save']>
  portals: ReturnType<Names<Portal>['save']>
  ids: number
  database: string | undefined
  user: string | undefined
  /** One of the queue's, or one that nothing is open of. */
  current: number | Unit | undefined
  orphan: Unit | undefined
  skipping: boolean
  greeting: { [name: string]: string }
}

/** What both directions of a connection share: who waits for what, what names stand for, and the calls being put together. */
export class Session {
  readonly host: Host
  readonly queue: Queue
  readonly statements = new Names<Statement>(({ text, types }) => text.length + types.length)
  readonly portals = new Names<Portal>(
    ({ text, parameters }) => (text?.length ?? 0) + parameters.reduce((sum, value) => sum + (value?.length ?? 0), 0),
  )
  database: string | undefined = undefined
  user: string | undefined = undefined
  /** The call that the client's next message may belong to. */
  current: Unit | undefined = undefined
  /** Answers to a query that was not seen. */
  orphan: Unit | undefined = undefined
  /** After an error, the server passes over everything up to Sync, which has not come yet. */
  skipping = false
  /** What the server said of itself when the connection began. */
  greeting: { [name: string]: string } = {}
  private ids = 0

  constructor(host: Host, midway: boolean) {
    this.host = host
    this.queue = new Queue(midway)
  }

  nextId(): number {
    return ++this.ids
  }

  /** Begins a call; the one before gets no more messages of the client. */
  begin(kind?: string): Unit {
    this.closeCurrent()
    this.current = newUnit(kind)
    return this.current
  }

  closeCurrent(): void {
    const { current } = this
    this.current = undefined
    if (current === undefined) return
    current.closed = true
    this.settle(current)
  }

  /** Tells a call when nothing more belongs to it. */
  settle(unit: Unit): void {
    if (unit.closed && unit.waiting === 0)
      this.emit(unit, unit.missing.length === 0 && !unit.findings.includes(TOO_LONG) ? 'complete' : 'incomplete')
  }

  emit(unit: Unit, status: ExchangeStatus): void {
    if (unit === this.current) this.current = undefined
    this.host.call(callOf(unit, status, this.context))
  }

  /** A call of the server's alone. */
  tell(kind: string, title: string, span: Span, fill?: (unit: Unit) => void): void {
    const unit = newUnit(kind)
    unit.title = title
    unit.response = span
    fill?.(unit)
    this.emit(unit, unit.missing.length === 0 ? 'complete' : 'incomplete')
  }

  /** The client begins a cycle: whoever waited from before a loss gets no answer any more. */
  regain(at: Micros): void {
    const begins = this.current === undefined || this.current.closed
    if (!this.queue.spoke(begins, at)) return
    this.tellOrphan()
    this.skipping = false
    for (const unit of this.queue.restart()) this.emit(unit, 'incomplete')
  }

  tellOrphan(): void {
    const { orphan } = this
    this.orphan = undefined
    if (orphan !== undefined) this.emit(orphan, 'incomplete')
  }

  /** Too many wait: this one's answer is not waited for, and nothing behind it can be counted. */
  overflow(unit: Unit): void {
    note(unit, TOO_LONG)
    this.queue.lostRequests()
  }

  /** The call waits no more for what the server passes over after an error. */
  skipped(unit: Unit): void {
    note(unit, 'skipped-after-error')
  }

  /** Texts of calls that wait are cut when there is too much of them. */
  limit(unit: Unit): void {
    if (sizeOf(unit) < LARGE || this.queue.length < FEW) return
    const size = this.queue.units.reduce((sum, each) => sum + sizeOf(each), 0)
    if (size <= LIMITS.waiting) return
    unit.text = unit.text?.slice(0, LIMITS.summary)
    unit.textCut = true
    unit.parameters = undefined
  }

  get context(): Context {
    return { database: this.database, user: this.user, keepBody: this.host.limits.keepBody }
  }

  /** No call is open. */
  get idle(): boolean {
    return this.queue.length === 0 && this.current?.request === undefined && this.orphan === undefined
  }

  save(): SavedSession {
    const { queue, statements, portals, ids, database, user, current, orphan, skipping, greeting } = this
    const index = current === undefined ? -1 : queue.units.indexOf(current)
    return {
      ...{ ids, database, user, skipping },
      queue: queue.save(),
      statements: statements.save(),
      portals: portals.save(),
      current: index >= 0 ? index : current && copyOfUnit(current),
      orphan: orphan && copyOfUnit(orphan),
      greeting: { ...greeting },
    }
  }

  load(saved: SavedSession): void {
    const units = this.queue.load(saved.queue)
    this.statements.load(saved.statements)
    this.portals.load(saved.portals)
    this.ids = saved.ids
    this.database = saved.database
    this.user = saved.user
    this.current = typeof saved.current === 'number' ? units[saved.current] : saved.current && copyOfUnit(saved.current)
    this.orphan = saved.orphan && copyOfUnit(saved.orphan)
    this.skipping = saved.skipping
    this.greeting = { ...saved.greeting }
  }
}
