import { utf8 } from '../bytes/text.ts'
import type { Fields } from './fields.ts'
import { LIMITS } from './limits.ts'
import { maskPasswords } from './mask.ts'
import type { Kind } from './queue.ts'
import type { Session } from './session.ts'
import { shownValue } from './types.ts'
import { BOUND, EXECUTED, extend, note, PARSED, type Span, type Unit } from './unit.ts'

/** Texts remembered of prepared statements are no longer than this. */
const REMEMBERED = 8192

/** The messages of a client, from the first after start-up on. Answers the call that a message belongs to. */
export class Frontend {
  private readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  /** @param cut the message was not kept whole */
  message(type: string, fields: Fields, span: Span, cut: boolean): Unit | undefined {
    const unit = this.take(type, fields, span, cut)
    if (unit === undefined) return undefined
    unit.request = extend(unit.request, span)
    this.session.limit(unit)
    return unit
  }

  private take(type: string, fields: Fields, span: Span, cut: boolean): Unit | undefined {
    switch (type) {
      case 'Q':
        return this.query(fields, cut)
      case 'P':
        return this.parse(fields, cut)
      case 'B':
        return this.bind(fields)
      case 'D':
        return this.describe(fields)
      case 'E':
        return this.execute(fields)
      case 'C':
        return this.close(fields)
      case 'S':
        return this.sync()
      case 'F':
        return this.call(fields)
      case 'd':
      case 'c':
      case 'f':
        return this.copy(type, fields, span)
      case 'p':
        return this.session.queue.entries.at(-1)?.unit
      case 'H':
        return this.session.current
      default:
        this.session.closeCurrent()
        return undefined
    }
  }

  private query(fields: Fields, cut: boolean): Unit {
    const unit = this.session.begin()
    unit.text = maskPasswords(fields.text())
    unit.textCut = cut
    this.ask('query', unit)
    this.endCycle(unit)
    return unit
  }

  private parse(fields: Fields, cut: boolean): Unit {
    const { session } = this
    const name = fields.text()
    const text = maskPasswords(fields.text())
    const types: number[] = []
    for (let left = Math.min(fields.int16(), LIMITS.parameters); left > 0 && !fields.short; left--) types.push(fields.int32() >>> 0)
    const unit = session.begin()
    unit.text = text
    unit.textCut = cut
    unit.statement = name
    unit.stage = PARSED
    const id = session.nextId()
    session.statements.set(name, { id, text: text.slice(0, REMEMBERED), cut: cut || text.length > REMEMBERED, types, columns: undefined })
    this.ask('parse', unit, name, id)
    return unit
  }

  private bind(fields: Fields): Unit {
    const { session } = this
    const [portal, statement] = [fields.text(), fields.text()]
    const { current } = session
    const unit = current !== undefined && current.stage === PARSED && current.statement === statement ? current : session.begin()
    const known = session.statements.get(statement)
    unit.statement = statement
    unit.portal = portal
    unit.stage = BOUND
    if (unit.text === undefined) {
      if (known === undefined) note(unit, session.statements.forgot ? 'statement-forgotten' : 'prepared-before-capture')
      unit.text = known?.text
      unit.textCut = known?.cut ?? false
    }
    unit.columns = known?.columns
    unit.parameters = parametersOf(fields, known?.types ?? [])
    unit.formats = formatsOf(fields)
    const id = session.nextId()
    const { text, textCut, parameters, formats, columns } = unit
    session.portals.set(portal, { id, statement, text, cut: textCut, parameters, formats, columns })
    this.ask('bind', unit, portal, id)
    return unit
  }

  private describe(fields: Fields): Unit {
    const { session } = this
    const portal = fields.byte() === 0x50 // P
    const name = fields.text()
    const { current } = session
    const joins = current !== undefined && current.stage < EXECUTED && (portal ? current.portal : current.statement) === name
    const unit = joins ? current : session.begin('DESCRIBE')
    if (portal) {
      const known = session.portals.get(name)
      if (!joins) Object.assign(unit, { portal: name, text: known?.text })
      this.ask('describe-portal', unit, name, known?.id ?? 0)
    } else {
      const known = session.statements.get(name)
      if (!joins) Object.assign(unit, { statement: name, text: known?.text })
      this.ask('describe-statement', unit, name, known?.id ?? 0)
    }
    return unit
  }

  private execute(fields: Fields): Unit {
    const { session } = this
    const name = fields.text()
    const { current } = session
    const joins = current !== undefined && current.stage === BOUND && current.portal === name
    const unit = joins ? current : session.begin()
    const portal = session.portals.get(name)
    if (!joins) {
      if (portal === undefined) note(unit, session.portals.forgot ? 'portal-forgotten' : 'bound-before-capture')
      const { text, cut: textCut = false, parameters, formats = [], statement } = portal ?? {}
      const columns = portal?.columns ?? session.statements.get(statement ?? '')?.columns
      Object.assign(unit, { portal: name, text, textCut, parameters, formats, columns, statement })
    }
    unit.stage = EXECUTED
    this.ask('execute', unit, name, portal?.id ?? 0)
    return unit
  }

  private close(fields: Fields): Unit {
    const { session } = this
    const portal = fields.byte() === 0x50 // P
    const name = fields.text()
    const { current } = session
    const joins = portal && current !== undefined && current.stage === EXECUTED && current.portal === name
    const unit = joins ? current : session.begin('CLOSE')
    if (portal) session.portals.delete(name)
    else session.statements.delete(name)
    if (!joins) unit.title = `${portal ? 'portal' : 'statement'} ${name}`.trim()
    this.ask('close', unit)
    return unit
  }

  private sync(): Unit {
    const { session } = this
    const unit = session.current ?? session.begin('SYNC')
    session.skipping = false
    if (unit.stage > 0 && unit.stage < EXECUTED && unit.kind === undefined) unit.kind = unit.stage === PARSED ? 'PREPARE' : 'BIND'
    if (session.queue.full) session.overflow(unit)
    else session.queue.push('sync', unit)
    this.endCycle(unit)
    return unit
  }

  private call(fields: Fields): Unit {
    const unit = this.session.begin('FUNCTION')
    unit.title = `oid ${fields.int32() >>> 0}`
    unit.parameters = parametersOf(fields, [])
    this.ask('function', unit)
    this.endCycle(unit)
    return unit
  }

  private copy(type: string, fields: Fields, span: Span): Unit | undefined {
    const { session } = this
    const { head, entries } = session.queue
    const unit =
      head !== 'gap' && head?.unit.copying ? head.unit : entries.findLast(({ kind }) => kind === 'query' || kind === 'execute')?.unit
    if (unit === undefined) return undefined
    if (type === 'd') {
      const room = session.host.limits.keepBody - unit.data.length
      if (room > 0) unit.data += utf8(fields.bytes, fields.at, Math.min(fields.to, fields.at + room))
      unit.dataBytes += span.wireBytes - 5
      if (unit.messages.length > 0 || unit.findings.includes('copy-both')) stream(unit, 'request', span)
    }
    return unit
  }

  private ask(kind: Kind, unit: Unit, name = '', id = 0): void {
    const { session } = this
    if (session.skipping) session.skipped(unit)
    else if (session.queue.full) session.overflow(unit)
    else session.queue.push(kind, unit, name, id)
  }

  private endCycle(unit: Unit): void {
    this.session.skipping = false
    unit.closed = true
    this.session.current = undefined
    this.session.settle(unit)
  }
}

/** Lists a message of a call that streams. */
export const stream = (unit: Unit, direction: 'request' | 'response', { last, wireBytes }: Span): void => {
  if (unit.messages.length < LIMITS.messages) unit.messages.push({ direction, at: last as never, bytes: wireBytes, type: undefined })
}

const formatsOf = (fields: Fields): boolean[] => {
  const formats: boolean[] = []
  for (let left = Math.min(fields.int16(), LIMITS.columns); left > 0 && !fields.short; left--) formats.push(fields.int16() === 1)
  return formats
}

/** The format of one of several: none are given (text), one for all, or one for each. */
export const isBinary = (formats: readonly boolean[], index: number): boolean =>
  (formats.length === 1 ? formats[0] : formats[index]) ?? false

const parametersOf = (fields: Fields, types: readonly number[]): (string | null)[] => {
  const formats = formatsOf(fields)
  const count = fields.int16()
  const values: (string | null)[] = []
  for (let i = 0; i < count && !fields.short; i++) {
    const length = fields.int32()
    if (length > 0 && length > fields.left) {
      if (values.length < LIMITS.parameters) values.push(`${shownValue(fields.bytes, fields.at, fields.to, isBinary(formats, i), 0)}…`)
      fields.skip(length)
    } else {
      if (values.length < LIMITS.parameters)
        values.push(length < 0 ? null : shownValue(fields.bytes, fields.at, fields.at + length, isBinary(formats, i), types[i] ?? 0))
      fields.skip(Math.max(0, length))
    }
  }
  return values
}
