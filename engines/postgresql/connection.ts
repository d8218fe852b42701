import { Carry } from '../http/carry.ts'
import type { ExchangeStatus, Missing } from '../http/facts.ts'
import type { Call } from '../protocols/call.ts'
import { beginning, copyOfDirection, type Direction } from '../protocols/direction.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { Backend } from './backend.ts'
import { callOf } from './call.ts'
import { BACKEND, CANCEL_REQUEST, FRONTEND, GSS_REQUEST, isVersion3, SSL_REQUEST } from './codes.ts'
import { Fields } from './fields.ts'
import { Framing, type SavedFraming } from './framing.ts'
import { Frontend } from './frontend.ts'
import { LIMITS } from './limits.ts'
import { endsReady, isStartup, mayBeAnswers, mayBeRequests } from './recognise.ts'
import { type SavedSession, Session } from './session.ts'
import { copyOfUnit, extend, newUnit, type Span, type Unit } from './unit.ts'

export interface SavedPostgres {
  directions: [Direction, Direction]
  framings: [SavedFraming, SavedFraming]
  session: SavedSession
  /** A request for encryption that waits for its answer. */
  encryption: Unit | undefined
  held: [Uint8Array, Uint8Array]
  heldAt: number
}

const NOTHING = new Uint8Array(0)
const DATA_ROW = 68
const COPY_DATA = 100
const YES = 83 // S
const GSS_YES = 71 // G
const NO = 78 // N
/** Types of messages that only come when they were asked for. */
const ANSWERS: ReadonlySet<number> = new Set([...'12tTDCZRnI3sGHWVKv'].map((letter) => letter.charCodeAt(0)))

/** Reads one connection of PostgreSQL's protocol 3: a call a query, and one for each message that comes unasked. */
export class PostgresConnection implements Reader {
  private readonly host: Host
  private readonly session: Session
  private readonly frontend: Frontend
  private readonly backend: Backend
  private readonly framings: readonly [Framing, Framing]
  private directions: [Direction, Direction]
  private encryption: Unit | undefined = undefined
  /** Of the client, what comes before encryption is answered; of the server, answers whose queries were held up on their way. */
  private readonly held = [new Carry(), new Carry()] as const
  private heldAt = 0
  private handed = false

  constructor(host: Host, { offsets, midway }: Pick<Beginning, 'offsets' | 'midway'>) {
    this.host = host
    this.session = new Session(host, midway)
    this.frontend = new Frontend(this.session)
    this.backend = new Backend(this.session)
    const kept = (type: number) => (type === COPY_DATA && host.limits.keepBody === 0 ? 0 : LIMITS.kept)
    this.framings = [
      new Framing(midway ? 'typed' : 'startup', FRONTEND, kept),
      new Framing('typed', BACKEND, (type) => (type === DATA_ROW && !this.backend.wantsRows() ? 0 : kept(type))),
    ]
    this.directions = [beginning(offsets[0], midway), beginning(offsets[1], midway)]
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (end === start) return
    if (side === SERVER && this.comesEarly(bytes, start)) this.hold(SERVER, bytes, start, end, at)
    else if (side === CLIENT && this.encryption !== undefined) this.hold(CLIENT, bytes, start, end, at)
    else this.read(side, bytes, start, end, at)
    if (side === CLIENT) this.release(SERVER)
  }

  private read(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const direction = this.directions[side]
    const base = direction.offset - start
    direction.offset += end - start
    let from = start
    if (direction.lost) {
      from = this.resume(side, bytes, start, end)
      if (from === end) return
      direction.lost = false
    }
    if (side === SERVER) this.session.queue.heard(at)
    const framing = this.framings[side]
    while (from < end && !this.handed) {
      if (framing.idle) {
        direction.position = base + from
        direction.first = at
      }
      if (side === CLIENT && this.encryption !== undefined) {
        direction.offset = base + from
        this.hold(CLIENT, bytes, from, end, at)
        return
      }
      from = framing.read(bytes, from, end)
      if (framing.error !== undefined) {
        this.malformed(side, framing.error, at)
        return
      }
      if (framing.ended) this.ended(side, base + from, bytes, from, end, at)
      if (direction.lost) return
    }
  }

  /** Where reading goes on after a loss; at the end if nowhere. */
  private resume(side: Side, bytes: Uint8Array, start: number, end: number): number {
    if (side === CLIENT) {
      // A connection that begins here, although its handshake was not seen.
      if (this.framings[CLIENT].mode === 'typed' && isStartup(bytes, start, end)) this.framings[CLIENT].reset('startup')
      return this.framings[CLIENT].mode === 'startup' || mayBeRequests(bytes, start, end) ? start : end
    }
    if (mayBeAnswers(bytes, start, end)) return start
    return endsReady(bytes, start, end) ? end - 6 : end
  }

  /** A message ends at `offset`, and at `from` in the bytes at hand. */
  private ended(side: Side, offset: number, bytes: Uint8Array, from: number, end: number, at: Micros): void {
    const direction = this.directions[side]
    const framing = this.framings[side]
    const { missing } = direction
    const span: Span = { position: direction.position, first: direction.first, last: at, wireBytes: offset - direction.position }
    direction.missing = []
    const fields = new Fields(framing.bytes, framing.from, framing.to)
    let unit: Unit | undefined
    if (framing.mode === 'startup') unit = this.started(fields, span)
    else if (framing.mode === 'answer') unit = this.encrypted(framing.type, span, bytes, from, end, at)
    else if (side === SERVER) unit = this.backend.message(String.fromCharCode(framing.type), fields, span)
    else {
      this.session.regain(at)
      unit = this.frontend.message(String.fromCharCode(framing.type), fields, span, framing.cut)
    }
    unit?.missing.push(...missing)
  }

  private started(fields: Fields, span: Span): Unit | undefined {
    const { session } = this
    const code = fields.int32()
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      const unit = newUnit(code === SSL_REQUEST ? 'SSLREQUEST' : 'GSSENCREQUEST')
      unit.request = span
      this.encryption = unit
      this.framings[SERVER].reset('answer')
      return unit
    }
    if (code === CANCEL_REQUEST) {
      const unit = newUnit('CANCEL')
      unit.title = `pid ${fields.int32()}`
      unit.request = span
      session.emit(unit, 'complete')
      return undefined
    }
    if (!isVersion3(code)) {
      this.malformed(CLIENT, 'unknown-version', span.last as Micros)
      return undefined
    }
    const unit = session.begin('STARTUP')
    const parameters = startupParameters(fields)
    session.user = parameters.user
    session.database = parameters.database ?? parameters.user
    unit.title = Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')
    unit.request = extend(undefined, span)
    unit.closed = true
    session.current = undefined
    session.queue.push('startup', unit)
    this.framings[CLIENT].reset('typed')
    return unit
  }

  /** The server's one byte that answers a request for encryption. */
  private encrypted(answer: number, span: Span, bytes: Uint8Array, from: number, end: number, at: Micros): undefined {
    const unit = this.encryption!
    this.encryption = undefined
    unit.response = span
    this.framings[SERVER].reset('typed')
    const gss = unit.kind === 'GSSENCREQUEST'
    const agreed = answer === (gss ? GSS_YES : YES)
    if (!agreed && answer !== NO) {
      this.malformed(SERVER, 'no-answer-to-encryption', at, unit)
      return undefined
    }
    unit.body = agreed ? 'accepted' : 'refused'
    this.session.emit(unit, unit.missing.length === 0 ? 'complete' : 'incomplete')
    if (agreed) {
      this.handed = true
      const client = this.held[CLIENT].bytes.slice(0, this.held[CLIENT].length)
      this.host.handOver(gss ? 'gssapi' : 'tls', [client, bytes.slice(from, end)], at)
    } else this.release(CLIENT)
    return undefined
  }

  /** Answers that come although nothing was asked: their queries were held up on their way to the observer. */
  private comesEarly(bytes: Uint8Array, start: number): boolean {
    if (this.held[SERVER].length > 0) return true
    const { lost, missing } = this.directions[SERVER]
    const framing = this.framings[SERVER]
    if (lost || missing.length > 0 || framing.mode !== 'typed' || !framing.idle || !ANSWERS.has(bytes[start])) return false
    return (
      this.session.queue.head === undefined &&
      this.session.orphan === undefined &&
      !this.directions[CLIENT].lost &&
      !this.directions[CLIENT].ended
    )
  }

  private hold(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const held = this.held[side]
    held.append(bytes, start, end)
    this.heldAt = at
    if (held.length > LIMITS.held) {
      if (side === SERVER) this.release(SERVER, true)
      else {
        this.malformed(CLIENT, 'no-answer-to-encryption', at)
        held.clear()
      }
    }
  }

  /** Reads what was held, if somebody waits for it by now; `anyway`: nobody will. */
  private release(side: Side, anyway = false): void {
    const { bytes, length } = this.held[side]
    if (length === 0 || this.handed || (side === SERVER && !anyway && this.session.queue.head === undefined)) return
    this.held[side].clear()
    this.read(side, bytes, 0, length, this.heldAt as Micros)
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing === 0 || this.handed) return
    this.release(SERVER, true)
    const direction = this.directions[side]
    const offset = direction.offset + this.held[side].length
    const what: Missing = { direction: side === CLIENT ? 'request' : 'response', offset, bytes: missing, reason }
    if (this.encryption !== undefined) {
      this.loseEncryption(what)
      direction.offset = offset
    }
    direction.offset += missing
    if (!direction.lost && this.framings[side].lose(missing)) {
      if (direction.missing.length < 16) direction.missing.push(what)
      if (this.framings[side].ended) this.ended(side, direction.offset, NOTHING, 0, 0, at)
      return
    }
    if (side === CLIENT) {
      if (this.framings[CLIENT].mode === 'startup') this.framings[CLIENT].mode = 'typed'
      this.loseRequests(what, at)
    } else this.session.queue.lostAnswers(what)
    this.framings[side].reset()
    direction.lost = true
    direction.missing = []
  }

  /** It will not be known what was answered. */
  private loseEncryption(what: Missing): void {
    const unit = this.encryption!
    this.encryption = undefined
    unit.missing.push(what)
    this.session.emit(unit, 'incomplete')
    this.framings[SERVER].reset('typed')
    this.directions[SERVER].lost = true
    this.directions[CLIENT].lost = true
    this.framings[CLIENT].reset('typed')
    this.held[CLIENT].clear()
  }

  private loseRequests(what: Missing, at: Micros): void {
    const { session } = this
    this.cutRequest(at, what)
    const { current } = session
    session.current = undefined
    if (current !== undefined) {
      current.closed = true
      current.missing.push(what)
      session.settle(current)
    }
    session.queue.lostRequests(what)
  }

  /** A client's message that never ended: it belongs to the call at hand, or is one of its own. */
  private cutRequest(at: Micros, what?: Missing): void {
    if (this.framings[CLIENT].idle) return
    const { position, first, missing, offset } = this.directions[CLIENT]
    const seen = offset - position - missing.reduce((sum, { bytes }) => sum + bytes, 0) - (what?.bytes ?? 0)
    const span: Span = { position, first, last: at, wireBytes: Math.max(0, seen) }
    const current = this.session.current ?? this.session.begin()
    current.request = extend(current.request, span)
    current.missing.push(...missing)
  }

  /** What follows is not read, until a segment begins like a message. */
  private malformed(side: Side, code: string, at: Micros, about?: Unit): void {
    const { session } = this
    const direction = this.directions[side]
    const { position, first, offset } = direction
    const error = { code, direction: side === CLIENT ? 'request' : 'response', offset: position, at } as const
    const span: Span = { position, first, last: at, wireBytes: Math.max(0, offset - position) }
    const what: Missing = { direction: error.direction, offset: position, bytes: 0, reason: 'not captured' }
    const { head } = session.queue
    const waits = side === SERVER && head !== undefined && head !== 'gap' ? head.unit : undefined
    const unit = about ?? waits ?? newUnit()
    if (side === CLIENT) unit.request = extend(unit.request, span)
    else unit.response = extend(unit.response, span)
    this.host.call({ ...callOf(unit, 'malformed', session.context), outcome: 'unknown', error })
    for (let next = session.queue.head; waits !== undefined && next !== 'gap' && next?.unit === waits; next = session.queue.head)
      session.queue.shift()
    if (waits !== undefined && session.current === waits) session.current = undefined
    if (side === CLIENT) {
      session.closeCurrent()
      session.queue.lostRequests(what)
    } else session.queue.lostAnswers(what)
    this.framings[side].reset('typed')
    direction.lost = true
    direction.missing = []
  }

  end(side: Side): void {
    this.directions[side].ended = true
  }

  close(at: Micros): void {
    if (this.handed) return
    this.release(SERVER, true)
    const { session } = this
    if (this.encryption !== undefined) this.unanswered(this.encryption)
    const cut = !this.framings[CLIENT].idle
    this.cutRequest(at)
    for (const unit of session.queue.units) this.unanswered(unit)
    const { current } = session
    if (current !== undefined && current.waiting === 0) {
      const { ended, offset } = this.directions[CLIENT]
      if (cut && !ended) current.missing.push({ direction: 'request', offset, bytes: 0, reason: 'after capture' })
      session.emit(current, cut || current.missing.length > 0 ? 'incomplete' : 'complete')
    }
    session.tellOrphan()
  }

  private unanswered(unit: Unit): void {
    const { ended, offset } = this.directions[SERVER]
    if (unit.missing.length === 0) {
      if (ended) unit.findings.push('closed-before-response')
      else unit.missing.push({ direction: 'response', offset, bytes: 0, reason: 'after capture' })
    }
    this.session.emit(unit, 'incomplete')
  }

  pending(): Call[] {
    const { session, encryption } = this
    const open = new Set([...(encryption === undefined ? [] : [encryption]), ...session.queue.units])
    if (session.current?.request !== undefined) open.add(session.current)
    const status: ExchangeStatus = 'pending'
    return [...open].map((unit) => callOf(unit, status, session.context))
  }

  get idle(): boolean {
    const { session, encryption, held, framings } = this
    const open = encryption !== undefined || held[CLIENT].length > 0 || held[SERVER].length > 0
    return !open && session.idle && framings[CLIENT].idle && framings[SERVER].idle
  }

  save(): SavedPostgres {
    const { directions, framings, session, encryption, held, heldAt } = this
    return {
      directions: [copyOfDirection(directions[0]), copyOfDirection(directions[1])],
      framings: [framings[0].save(), framings[1].save()],
      session: session.save(),
      encryption: encryption && copyOfUnit(encryption),
      held: [held[0].bytes.slice(0, held[0].length), held[1].bytes.slice(0, held[1].length)],
      heldAt,
    }
  }

  static load(saved: SavedPostgres, host: Host): PostgresConnection {
    const postgres = new PostgresConnection(host, { offsets: [0, 0], midway: false })
    postgres.directions = [copyOfDirection(saved.directions[0]), copyOfDirection(saved.directions[1])]
    postgres.framings[0].load(saved.framings[0])
    postgres.framings[1].load(saved.framings[1])
    postgres.session.load(saved.session)
    postgres.encryption = saved.encryption && copyOfUnit(saved.encryption)
    for (const side of [0, 1] as const) postgres.held[side].append(saved.held[side], 0, saved.held[side].length)
    postgres.heldAt = saved.heldAt
    return postgres
  }
}

const MOST_PARAMETERS = 32
const startupParameters = (fields: Fields): { [name: string]: string } => {
  const parameters: { [name: string]: string } = {}
  for (let left = MOST_PARAMETERS; left > 0 && fields.left > 1; left--) {
    const name = fields.text().slice(0, 64)
    parameters[name] = /pass/i.test(name) ? '***' : fields.text().slice(0, LIMITS.parameter)
    if (/pass/i.test(name)) fields.text()
  }
  return parameters
}
