import type { HttpBody, HttpMessage } from '#engines/http/facts.ts'
import type { Call, Found } from '#engines/protocols/call.ts'
import type { Micros } from '#engines/time.ts'
import type { ConnectionPieces } from './connection-json.ts'
import { contentOf } from './content.ts'
import { fieldsOf } from './form.ts'
import { type Output, pieceOf } from './output.ts'
import { type DocumentContext, endOf, errorMessage, startOf } from './parts.ts'

const TIMESTAMP = pieceOf('{"@timestamp":"')
const START = pieceOf('","start":"')
const END = pieceOf('","end":"')
const DURATION = pieceOf('","duration":')
const ACTION = pieceOf(',"action":')
const OUTCOMES = {
  success: pieceOf(',"outcome":"success"'),
  failure: pieceOf(',"outcome":"failure"'),
  unknown: pieceOf(',"outcome":"unknown"'),
}
const MISSING = pieceOf('","missing":')
const NONE = pieceOf('","missing":[]')
const SUMMARY = pieceOf(',"summary":')
const TIME = pieceOf(',"time":{')
const REQUEST = pieceOf('"request":{"first":')
const RESPONSE = pieceOf('"response":{"first":')
const NEXT_RESPONSE = pieceOf(',"response":{"first":')
const LAST = pieceOf(',"last":')
const BODY = pieceOf(',"body":{"bytes":')
const UNDECODED = pieceOf(',"undecoded":')
const REF = pieceOf(',"ref":')
const SHA256 = pieceOf(',"sha256":"')

/** Writes what `parts.ts` gives as JSON, straight from the facts. */
export class PartsJson {
  private readonly context: DocumentContext
  private readonly out: Output

  constructor(context: DocumentContext, out: Output) {
    this.context = context
    this.out = out
  }

  /** `@timestamp` and `event`, up to `event`'s last field. */
  beginning(found: Found, pieces: ConnectionPieces, action: string | undefined, outcome: Call['outcome']): void {
    const { out } = this
    const start = startOf(found, pieces.connection)
    const end = endOf(found, pieces.connection)
    out.again(TIMESTAMP)
    const from = out.length
    out.iso(start)
    const to = out.length
    out.again(pieces.id)
    if (found.position < 0) out.raw('r')
    out.integer(found.position < 0 ? -found.position - 1 : found.position)
    out.again(START)
    out.repeat(from, to)
    out.again(END)
    if (end === start) out.repeat(from, to)
    else out.iso(end)
    out.again(DURATION)
    out.integer(Math.round((end - start) * 1000))
    this.field(ACTION, action)
    out.again(OUTCOMES[outcome])
  }

  error({ error }: Found, protocol: string): void {
    if (error === undefined) return
    this.out.raw(`,"error":{"code":"${error.code}","message":`)
    this.out.text(errorMessage(error, protocol))
    this.out.raw('}')
  }

  /** The rest of `spider`, from the value of its `status` on, up to its last field. */
  ending(found: Found): void {
    const { out } = this
    const { status, missing, findings, summary, messages, request, response } = found
    out.raw(status)
    if (missing.length === 0) out.again(NONE)
    else {
      out.again(MISSING)
      out.raw(JSON.stringify(missing))
    }
    if (findings.length > 0) out.raw(`,"findings":${JSON.stringify(findings)}`)
    this.field(SUMMARY, summary)
    if (messages !== undefined && messages.length > 0) out.json(`,"messages":${JSON.stringify(messages)}`)
    out.again(TIME)
    if (request !== undefined) this.span(REQUEST, request)
    if (response !== undefined) this.span(request === undefined ? RESPONSE : NEXT_RESPONSE, response)
    out.raw('}')
  }

  /** `message`: whose body it is, where it may be a form. */
  body(body: HttpBody, message?: HttpMessage): void {
    const { out } = this
    out.again(BODY)
    out.integer(body.bytes)
    if (body.sha256 !== undefined) {
      out.again(SHA256)
      out.raw(body.sha256)
      out.raw('"')
    }
    if (body.content !== undefined) this.content(body, body.content, message)
    this.field(UNDECODED, body.undecoded)
    out.raw('}')
  }

  private content(body: HttpBody, bytes: Uint8Array, message: HttpMessage | undefined): void {
    const { out } = this
    const ref = this.context.reference?.(body)
    if (ref === undefined) {
      const { content, encoding } = contentOf(bytes, body.truncated)
      out.constant(',"content":')
      out.json(JSON.stringify(content))
      out.raw(`,"encoding":"${encoding}"`)
    } else this.field(REF, ref)
    if (body.truncated) out.constant(',"truncated":true')
    const fields = ref === undefined && message ? fieldsOf(message) : undefined
    if (fields !== undefined) out.json(`,"fields":${JSON.stringify(fields)}`)
  }

  /** A text of any characters; nothing when there is none. */
  field(title: Uint8Array, value: string | undefined): void {
    if (value === undefined) return
    this.out.again(title)
    this.out.text(value)
  }

  private span(title: Uint8Array, { first, last }: { first: Micros; last: Micros }): void {
    const { out } = this
    out.again(title)
    const from = out.length
    out.micros(first)
    const to = out.length
    out.again(LAST)
    if (last === first) out.repeat(from, to)
    else out.micros(last)
    out.raw('}')
  }
}
