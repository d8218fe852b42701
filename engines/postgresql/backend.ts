import { utf8 } from '../bytes/text.ts'
import { authenticationName, transactionName } from './codes.ts'
import type { Fields } from './fields.ts'
import { isBinary, stream } from './frontend.ts'
import { LIMITS } from './limits.ts'
import type { Asked } from './queue.ts'
import type { Session } from './session.ts'
import { jsonOf } from './types.ts'
import { type Column, extend, type Failure, newUnit, note, type Span, type Unit } from './unit.ts'

const MOST_GREETING = 64
const INT32_NULL = -1
/** What is answered by one message that says no more. */
const DONE: Readonly<Record<string, Asked['kind']>> = { 1: 'parse', 2: 'bind', 3: 'close' }

/** The messages of a server, after start-up's first byte. */
export class Backend {
  private readonly session: Session

  constructor(session: Session) {
    this.session = session
  }

  /** Whether rows are still written down. */
  wantsRows(): boolean {
    const { head } = this.session.queue
    const unit = head === undefined ? undefined : head === 'gap' ? this.session.orphan : head.unit
    return this.session.host.limits.keepBody > 0 && unit?.bodyCut !== true
  }

  /** Answers the call that the message belongs to. */
  message(type: string, fields: Fields, span: Span): Unit | undefined {
    const { session } = this
    const head = session.queue.head
    if (type === 'A') return this.notification(fields, span)
    if (head === undefined && (type === 'N' || type === 'S' || type === 'E')) return this.unasked(type, fields, span)
    if (head === 'gap') return this.afterLoss(type, fields, span)
    if (head === undefined) return this.orphaned(type, fields, span)
    const { unit } = head
    unit.response = extend(unit.response, span)
    this.answer(type, fields, span, head)
    return unit
  }

  private answer(type: string, fields: Fields, span: Span, head: Asked): void {
    const { unit, kind } = head
    if (this.take(type, fields, span, unit)) return
    const done = DONE[type]
    if (done !== undefined) this.step(head, done)
    else if (type === 'n' || type === 'T') this.described(type, fields, head)
    else if (type === 't') this.parameterTypes(fields, head)
    else if (type === 'E') this.failed(fields, head)
    else if (type === 'Z') this.ready(fields, head)
    else if (type === 'C' || type === 'I' || type === 's') {
      if (type === 'C') unit.tags.push(fields.text().slice(0, LIMITS.parameter))
      if (type === 's') unit.tags.push('suspended')
      if (unit.tags.length > LIMITS.notices) unit.tags.length = LIMITS.notices
      unit.copying = false
      if (kind !== 'query') this.step(head, 'execute')
    } else note(unit, 'unexpected-message')
  }

  /** What says something of a call, and ends nothing. Answers whether it was that. */
  private take(type: string, fields: Fields, span: Span, unit: Unit): boolean {
    switch (type) {
      case 'D':
        this.row(fields, span, unit)
        return true
      case 'd':
        this.copied(fields, span, unit)
        return true
      case 'c':
      case 'K':
        if (type === 'K') this.greet('pid', String(fields.int32()))
        return true
      case 'G':
      case 'H':
      case 'W':
        unit.copying = true
        if (type === 'W') note(unit, 'copy-both')
        return true
      case 'V': {
        const length = fields.int32()
        unit.body =
          length < 0 ? 'null' : `"${utf8(fields.bytes, fields.at, Math.min(fields.to, fields.at + Math.min(length, LIMITS.parameter)))}"`
        return true
      }
      case 'N':
        if (unit.notices.length < LIMITS.notices) unit.notices.push(failureOf(fields).message.slice(0, LIMITS.parameter))
        return true
      case 'S':
        this.greet(fields.text(), fields.text())
        return true
      case 'R':
        this.authentication(fields)
        return true
      case 'v':
        return true
      default:
        return false
    }
  }

  private step(head: Asked, kind: Asked['kind']): void {
    if (head.kind !== kind) note(head.unit, 'unexpected-message')
    else {
      this.session.queue.shift()
      this.session.settle(head.unit)
    }
  }

  private row(fields: Fields, span: Span, unit: Unit): void {
    unit.rows++
    unit.firstRow ??= span.first
    const most = this.session.host.limits.keepBody
    unit.bodyBytes += span.wireBytes
    if (unit.body.length >= most) unit.bodyCut = true
    else {
      unit.body += rowOf(fields, unit)
      if (fields.short) unit.bodyCut = true
    }
  }

  private copied(fields: Fields, span: Span, unit: Unit): void {
    const room = this.session.host.limits.keepBody - unit.body.length
    unit.bodyBytes += span.wireBytes - 5
    unit.firstRow ??= span.first
    if (unit.findings.includes('copy-both')) stream(unit, 'response', span)
    else unit.rows++
    if (room > 0) unit.body += utf8(fields.bytes, fields.at, Math.min(fields.to, fields.at + room))
    if (room < span.wireBytes - 5 || fields.left < span.wireBytes - 5) unit.bodyCut = true
  }

  private described(type: string, fields: Fields, head: Asked): void {
    const { unit, kind, name, id } = head
    const { statements, portals } = this.session
    const formats = kind === 'describe-statement' ? [] : unit.formats
    const columns = type === 'T' ? columnsOf(fields, formats) : []
    if (type === 'T') unit.columns = columns
    if (kind === 'query' || kind === 'execute') return
    const described = kind === 'describe-statement' ? statements.same(name, id) : portals.same(name, id)
    if (described !== undefined) described.columns = columns
    if (kind === 'describe-statement' || kind === 'describe-portal') this.step(head, kind)
    else note(unit, 'unexpected-message')
  }

  private parameterTypes(fields: Fields, { name, id }: Asked): void {
    const types: number[] = []
    for (let left = Math.min(fields.int16(), LIMITS.parameters); left > 0 && !fields.short; left--) types.push(fields.int32() >>> 0)
    const statement = this.session.statements.same(name, id)
    if (statement !== undefined) statement.types = types
  }

  private failed(fields: Fields, head: Asked): void {
    const { session } = this
    const { unit, kind, name, id } = head
    unit.failure = failureOf(fields)
    unit.copying = false
    if (kind === 'parse' && session.statements.same(name, id) !== undefined) session.statements.delete(name)
    if (kind === 'bind' && session.portals.same(name, id) !== undefined) session.portals.delete(name)
    // A simple query ends with ReadyForQuery all the same; a start-up that fails does not, and nothing follows it.
    if (kind === 'query' || kind === 'function' || kind === 'sync') return
    if (kind === 'startup') {
      session.queue.shift()
      session.settle(unit)
      return
    }
    const skipped = session.queue.skip(false).map((asked) => asked.unit)
    session.skipping = session.queue.head === undefined
    for (const each of new Set(skipped)) {
      if (each !== unit) session.skipped(each)
      session.settle(each)
    }
  }

  private ready(fields: Fields, head: Asked): void {
    const { session } = this
    const transaction = transactionName(fields.byte())
    if (head.kind === 'startup') {
      head.unit.body = JSON.stringify(session.greeting)
      session.greeting = {}
    }
    const done = session.queue.skip(true)
    const last = done.at(-1)?.unit ?? head.unit
    last.transaction = transaction
    for (const unit of new Set(done.map(({ unit }) => unit))) {
      if (unit !== last) note(unit, 'unanswered')
      session.settle(unit)
    }
  }

  private authentication(fields: Fields): void {
    const code = fields.int32()
    if (code === 0) return
    const mechanism = code === 10 ? ` ${fields.text().slice(0, 64)}` : ''
    if (code < 11) this.greet('authentication', authenticationName(code) + mechanism)
  }

  private greet(name: string, value: string): void {
    const { greeting } = this.session
    if (this.session.queue.head !== undefined && Object.keys(greeting).length < MOST_GREETING)
      greeting[name.slice(0, 64)] = value.slice(0, LIMITS.parameter)
  }

  private notification(fields: Fields, span: Span): Unit | undefined {
    const pid = fields.int32()
    const [channel, payload] = [fields.text(), fields.text()]
    this.session.tell('NOTIFY', `${channel} ${payload}`.trim(), span, (unit) => {
      unit.body = JSON.stringify({ channel, payload, pid })
    })
    return undefined
  }

  private unasked(type: string, fields: Fields, span: Span): undefined {
    if (type === 'S') this.session.tell('PARAMETER STATUS', `${fields.text()}=${fields.text()}`, span)
    else {
      const failure = failureOf(fields)
      this.session.tell(type === 'N' ? 'NOTICE' : 'ERROR', failure.message, span, (unit) => {
        if (type === 'E') unit.failure = failure
        else unit.notices.push(failure.message.slice(0, LIMITS.parameter))
      })
    }
    return undefined
  }

  /** Bytes were lost. What comes may still be told to the one query that can be open; else it stands alone. */
  private afterLoss(type: string, fields: Fields, span: Span): Unit {
    const { session } = this
    if (!session.queue.single) return this.orphaned(type, fields, span)
    const entries = session.queue.entries
    const { unit } = entries.at(-1)!
    unit.response = extend(unit.response, span)
    if (type === 'Z') {
      session.queue.found()
      this.ready(fields, entries[0])
    } else this.gather(type, fields, span, unit)
    return unit
  }

  /** An answer whose query was not seen. */
  private orphaned(type: string, fields: Fields, span: Span): Unit {
    const { session } = this
    session.orphan ??= newUnit()
    const unit = session.orphan
    unit.response = extend(unit.response, span)
    if (type !== 'Z') this.gather(type, fields, span, unit)
    else {
      unit.transaction = transactionName(fields.byte())
      for (const missing of session.queue.lost) if (!unit.missing.includes(missing)) unit.missing.push(missing)
      session.tellOrphan()
    }
    return unit
  }

  private gather(type: string, fields: Fields, span: Span, unit: Unit): void {
    if (this.take(type, fields, span, unit)) return
    if (type === 'C') unit.tags.push(fields.text().slice(0, LIMITS.parameter))
    else if (type === 'E') unit.failure = failureOf(fields)
    else if (type === 'T') unit.columns = columnsOf(fields, unit.formats)
    if (unit.tags.length > LIMITS.notices) unit.tags.length = LIMITS.notices
  }
}

const failureOf = (fields: Fields): Failure => {
  const failure: Failure = { code: '', message: '', detail: undefined, hint: undefined }
  for (let type = fields.byte(); type !== 0; type = fields.byte()) {
    const text = fields.text().slice(0, LIMITS.text)
    if (type === 0x43) failure.code = text.slice(0, 16)
    else if (type === 0x4d) failure.message = text
    else if (type === 0x44) failure.detail = text
    else if (type === 0x48) failure.hint = text
  }
  return failure
}

const columnsOf = (fields: Fields, formats: readonly boolean[]): Column[] => {
  const count = Math.min(fields.int16(), LIMITS.columns)
  const columns: Column[] = []
  const names = new Set<string>()
  for (let i = 0; i < count && !fields.short; i++) {
    let name = fields.text().slice(0, 64)
    for (let again = 2; names.has(name); again++) name = `${name.replace(/_\d+$/, '')}_${again}`
    names.add(name)
    fields.skip(6)
    const type = fields.int32() >>> 0
    fields.skip(6)
    columns.push({ name: JSON.stringify(name), type, binary: fields.int16() === 1 || isBinary(formats, i) })
  }
  return columns
}

/** A row as one line of JSON: an object, or an array where its columns are not known. */
const rowOf = (fields: Fields, { columns, formats }: Unit): string => {
  const count = fields.int16()
  const known = columns !== undefined && columns.length === count ? columns : undefined
  let line = known === undefined ? '[' : '{'
  for (let i = 0; i < count && !fields.short; i++) {
    const length = fields.int32()
    if (i > 0) line += ','
    if (known !== undefined) line += `${known[i].name}:`
    const binary = known === undefined ? isBinary(formats, i) : known[i].binary || isBinary(formats, i)
    if (length === INT32_NULL) line += 'null'
    else line += jsonOf(fields.bytes, fields.at, Math.min(fields.to, fields.at + Math.max(0, length)), binary, known?.[i].type ?? 0)
    fields.skip(Math.max(0, length))
  }
  return `${line}${known === undefined ? ']' : '}'}\n`
}
