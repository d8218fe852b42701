import type { HttpBody, HttpMessage } from '#engines/http/facts.ts'
import type { Call, Found } from '#engines/protocols/call.ts'
import type { Connection, Endpoint } from '#engines/tcp/facts.ts'
import type { Micros } from '#engines/time.ts'
import { contentOf } from './content.ts'
import { fieldsOf } from './form.ts'
import type { Output } from './output.ts'
import { type DocumentContext, endOf, errorMessage, exchangeId, startOf } from './parts.ts'

const OUTCOMES = { success: ',"outcome":"success"', failure: ',"outcome":"failure"', unknown: ',"outcome":"unknown"' } as const

/** Writes what `parts.ts` gives as JSON, straight from the facts. */
export class PartsJson {
  private readonly context: DocumentContext
  private readonly out: Output
  /** `team` and `agents`. */
  private readonly owner: string

  constructor(context: DocumentContext, out: Output) {
    this.context = context
    this.out = out
    this.owner = `"team":${JSON.stringify(context.team)},"agents":${JSON.stringify(context.agents)}`
  }

  /** `@timestamp` and `event`, up to `event`'s last field. */
  beginning(found: Found, connection: Connection, action: string | undefined, outcome: Call['outcome']): void {
    const { out } = this
    const [start, end] = [startOf(found, connection), endOf(found, connection)]
    out.constant('{"@timestamp":"')
    out.iso(start)
    out.constant('","event":{"id":"')
    out.constant(connection.id)
    out.raw(exchangeId('', found.position))
    out.constant('","start":"')
    out.iso(start)
    out.constant('","end":"')
    out.iso(end)
    out.constant('","duration":')
    out.integer(Math.round((end - start) * 1000))
    this.field(',"action":', action)
    out.constant(OUTCOMES[outcome])
  }

  /** From the end of `event` to the beginning of `network`: who spoke to whom, as `names` says. */
  endpoints({ client, server, transport }: Connection, protocol: string, names: readonly (string | undefined)[]): string {
    const who = `"client":${endpoint(client, names[0])},"server":${endpoint(server, names[1])}`
    return `},${who},"network":{"protocol":${JSON.stringify(protocol)},"transport":"${transport}"`
  }

  /** The beginning of `spider`, up to the value of its `status`. */
  session({ id }: Connection): string {
    return `${this.owner},"session":{"id":"${id}"},"status":"`
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
    out.constant('","missing":')
    if (missing.length === 0) out.raw('[]')
    else out.raw(JSON.stringify(missing))
    if (findings.length > 0) out.raw(`,"findings":${JSON.stringify(findings)}`)
    this.field(',"summary":', summary)
    if (messages !== undefined && messages.length > 0) out.json(`,"messages":${JSON.stringify(messages)}`)
    out.constant(',"time":{')
    if (request !== undefined) this.span('"request":{"first":', request)
    if (request !== undefined && response !== undefined) out.raw(',')
    if (response !== undefined) this.span('"response":{"first":', response)
    out.raw('}')
  }

  /** `message`: whose body it is, where it may be a form. */
  body(body: HttpBody, message?: HttpMessage): void {
    const { out } = this
    out.constant(',"body":{"bytes":')
    out.integer(body.bytes)
    if (body.sha256 !== undefined) {
      out.constant(',"sha256":"')
      out.raw(body.sha256)
      out.raw('"')
    }
    if (body.content !== undefined) this.content(body, body.content, message)
    this.field(',"undecoded":', body.undecoded)
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
    } else this.field(',"ref":', ref)
    if (body.truncated) out.constant(',"truncated":true')
    const fields = ref === undefined && message ? fieldsOf(message) : undefined
    if (fields !== undefined) out.json(`,"fields":${JSON.stringify(fields)}`)
  }

  /** A text of any characters; nothing when there is none. */
  field(title: string, value: string | undefined): void {
    if (value === undefined) return
    this.out.constant(title)
    this.out.text(value)
  }

  private span(title: string, { first, last }: { first: Micros; last: Micros }): void {
    const { out } = this
    out.constant(title)
    out.micros(first)
    out.raw(',"last":')
    out.micros(last)
    out.raw('}')
  }
}

const endpoint = ({ ip, port }: Endpoint, name: string | undefined): string =>
  `{"ip":"${ip}","port":${port}${name === undefined ? '' : `,"domain":${JSON.stringify(name)}`}}`
