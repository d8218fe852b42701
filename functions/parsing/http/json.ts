import type { HttpBody, HttpExchange, HttpMessage, HttpRequest, HttpResponse } from '#engines/http/facts.ts'
import type { Connection, Endpoint } from '#engines/tcp/facts.ts'
import { contentOf } from '../content.ts'
import { type DocumentContext, endOf, errorMessage, exchangeId, startOf } from '../parts.ts'
import { actionOf, outcomeOf, serverName, toDocument } from './document.ts'
import { type HeaderFacts, headerFacts } from './headers.ts'
import { Output } from './output.ts'
import { urlOf } from './url.ts'

/** Slots of what is written again and again on a connection that is kept open; more connections than slots only cost time. */
const SLOTS = 512
const NO_HEADERS: readonly string[] = []
const NOTHING: Uint8Array = new Uint8Array(0)
const LINE_END = '\n'
const OUTCOMES = { success: ',"outcome":"success', failure: ',"outcome":"failure', unknown: ',"outcome":"unknown' } as const

/** What was written for the connection that used this slot last, with what it was written for. */
class Slot {
  connection: Connection | undefined = undefined
  clientName: string | undefined = undefined
  serverName: string | undefined = undefined
  /** `client`, `server` and `network`. */
  endpoints = NOTHING
  /** The beginning of `spider`. */
  session = NOTHING
  readonly request = new Written()
  readonly response = new Written()
  url = new WrittenUrl()
}

/** Headers, and what was written for them. Messages that sent the same headers share the array. */
class Written {
  headers = NO_HEADERS
  facts: HeaderFacts = headerFacts(NO_HEADERS)
  /** `headers`; nothing until they come a second time. */
  list = NOTHING
}

class WrittenUrl {
  method = ''
  target = ''
  host: string | undefined = undefined
  text = NOTHING
}

/**
 * Writes documents of HTTP exchanges as JSON, one line each, straight from the facts: no object is made in between, and what repeats on
 * a connection is copied. `JSON.parse` of a line gives what `toDocument` gives.
 */
export class JsonLines {
  private readonly context: DocumentContext
  private readonly slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined)
  /** `team` and `agents`. */
  private readonly owner: string
  private readonly out = new Output()

  constructor(context: DocumentContext) {
    this.context = context
    this.owner = `"team":${JSON.stringify(context.team)},"agents":${JSON.stringify(context.agents)}`
  }

  /** Bytes of the lines written since they were taken last. */
  get length(): number {
    return this.out.length
  }

  /** The lines written since the last time. Valid until the next is written. */
  take(): Buffer {
    const lines = this.out.bytes.subarray(0, this.out.length)
    this.out.length = 0
    return lines
  }

  /** Writes a document and a line end. */
  write(exchange: HttpExchange, connection: Connection): void {
    this.document(exchange, connection)
    this.out.raw(LINE_END)
  }

  private document(exchange: HttpExchange, connection: Connection): void {
    const { out } = this
    if (exchange.fields !== undefined) {
      out.json(JSON.stringify(toDocument(exchange, connection, this.context)))
      return
    }
    const { request, response, error } = exchange
    const slot = this.slotOf(connection)
    const start = startOf(exchange, connection)
    const end = endOf(exchange, connection)
    out.raw('{"@timestamp":"')
    out.iso(start)
    out.raw('","event":{"id":"')
    out.raw(exchangeId(connection.id, exchange.position))
    out.raw('","start":"')
    out.iso(start)
    out.raw('","end":"')
    out.iso(end)
    out.raw('","duration":')
    out.integer(Math.round((end - start) * 1000))
    this.field(',"action":', actionOf(exchange))
    out.raw(OUTCOMES[outcomeOf(exchange)])
    out.again(slot.endpoints)
    if (request !== undefined || response !== undefined) this.http(slot, exchange, request, response)
    if (request !== undefined) {
      this.url(slot, request, connection)
      this.named(slot.request.facts)
    }
    if (error !== undefined) {
      out.raw(`,"error":{"code":"${error.code}","message":`)
      out.string(errorMessage(error, 'HTTP'))
      out.raw('}')
    }
    this.spider(slot, exchange, request, response)
  }

  private slotOf(connection: Connection): Slot {
    const index = connection.client.port % SLOTS
    const slot = this.slots[index] ?? new Slot()
    this.slots[index] = slot
    const clientName = this.context.names(connection.client.ip)
    const serverName = this.context.names(connection.server.ip)
    if (slot.connection === connection && slot.clientName === clientName && slot.serverName === serverName) return slot
    slot.connection = connection
    slot.clientName = clientName
    slot.serverName = serverName
    const client = endpoint(connection.client, clientName)
    const server = endpoint(connection.server, serverName)
    slot.endpoints = Buffer.from(
      `"},"client":${client},"server":${server},"network":{"protocol":"http","transport":"${connection.transport}"}`,
    )
    slot.session = Buffer.from(`,"spider":{${this.owner},"session":{"id":"${connection.id}"},"status":"`)
    slot.url = new WrittenUrl()
    return slot
  }

  private http(slot: Slot, exchange: HttpExchange, request: HttpRequest | undefined, response: HttpResponse | undefined): void {
    const { out } = this
    out.raw(',"http":{"version":"')
    out.raw((request ?? response)!.version)
    out.raw('"')
    if (request !== undefined) {
      out.raw(',"request":{"method":')
      out.string(request.method)
      this.message(request, slot.request)
    }
    if (response !== undefined) {
      out.raw(',"response":{"status_code":')
      out.integer(response.status)
      if (response.reason !== '') {
        out.raw(',"reason":')
        out.string(response.reason)
      }
      if (exchange.interim.length > 0) out.raw(`,"interim":${JSON.stringify(exchange.interim)}`)
      this.message(response, slot.response)
    }
    out.raw('}')
  }

  private message(message: HttpMessage, written: Written): void {
    const { out } = this
    const same = written.headers === message.headers
    if (!same) {
      written.headers = message.headers
      written.facts = headerFacts(message.headers)
      written.list = NOTHING
    }
    if (written.facts.mimeType !== undefined) {
      out.raw(',"mime_type":')
      out.string(written.facts.mimeType)
    }
    out.raw(',"bytes":')
    out.integer(message.wireBytes)
    if (written.list.length > 0) out.again(written.list)
    else {
      const from = out.length
      this.pairs(',"headers":[', message.headers)
      if (same) written.list = out.since(from)
    }
    if (message.trailers.length > 0) this.pairs(',"trailers":[', message.trailers)
    this.body(message.body)
    out.raw('}')
  }

  private pairs(title: string, flat: readonly string[]): void {
    const { out } = this
    out.raw(title)
    for (let i = 0; i < flat.length; i += 2) {
      out.raw(i === 0 ? '[' : ',[')
      out.string(flat[i])
      out.raw(',')
      out.string(flat[i + 1])
      out.raw(']')
    }
    out.raw(']')
  }

  private body(body: HttpBody): void {
    const { out } = this
    out.raw(',"body":{"bytes":')
    out.integer(body.bytes)
    if (body.sha256 !== undefined) {
      out.raw(',"sha256":"')
      out.raw(body.sha256)
      out.raw('"')
    }
    if (body.content !== undefined) {
      const ref = this.context.reference?.(body)
      if (ref === undefined) {
        const { content, encoding } = contentOf(body.content, body.truncated)
        out.raw(',"content":')
        out.json(JSON.stringify(content))
        out.raw(`,"encoding":"${encoding}"`)
      } else {
        out.raw(',"ref":')
        out.json(JSON.stringify(ref))
      }
      if (body.truncated) out.raw(',"truncated":true')
    }
    if (body.undecoded !== undefined) {
      out.raw(',"undecoded":')
      out.string(body.undecoded)
    }
    out.raw('}')
  }

  private url(slot: Slot, request: HttpRequest, connection: Connection): void {
    const { out } = this
    const { host } = slot.request.facts
    const written = slot.url
    const same = written.target === request.target && written.host === host && written.method === request.method
    if (same && written.text.length > 0) {
      out.again(written.text)
      return
    }
    const from = out.length
    const url = urlOf(request.method, request.target, host, serverName(connection))
    out.raw(',"url":{"original":')
    out.string(url.original)
    out.raw(',"full":')
    out.string(url.full)
    out.raw(',"scheme":')
    out.string(url.scheme)
    this.field(',"domain":', url.domain)
    if (url.port !== undefined) {
      out.raw(',"port":')
      out.integer(url.port)
    }
    this.field(',"path":', url.path)
    this.field(',"query":', url.query)
    out.raw('}')
    written.target = request.target
    written.host = host
    written.method = request.method
    written.text = same ? out.since(from) : NOTHING
  }

  private field(title: string, value: string | undefined): void {
    if (value === undefined) return
    this.out.raw(title)
    this.out.string(value)
  }

  private named(facts: HeaderFacts): void {
    const { out } = this
    if (facts.userAgent !== undefined) {
      out.raw(',"user_agent":{"original":')
      out.string(facts.userAgent)
      out.raw('}')
    }
    if (facts.traceId !== undefined) out.raw(`,"trace":{"id":"${facts.traceId}"}`)
    if (facts.spanId !== undefined) out.raw(`,"span":{"id":"${facts.spanId}"}`)
  }

  private spider(slot: Slot, exchange: HttpExchange, request: HttpRequest | undefined, response: HttpResponse | undefined): void {
    const { out } = this
    out.again(slot.session)
    out.raw(exchange.status)
    out.raw('","missing":')
    if (exchange.missing.length === 0) out.raw('[]')
    else out.raw(JSON.stringify(exchange.missing))
    if (exchange.findings.length > 0) out.raw(`,"findings":${JSON.stringify(exchange.findings)}`)
    this.field(',"upgrade":', exchange.upgrade)
    if (exchange.summary !== undefined) out.json(`,"summary":${JSON.stringify(exchange.summary)}`)
    if (exchange.messages !== undefined && exchange.messages.length > 0) out.json(`,"messages":${JSON.stringify(exchange.messages)}`)
    out.raw(',"time":{')
    if (request !== undefined) this.span('"request":{"first":', request)
    if (request !== undefined && response !== undefined) out.raw(',')
    if (response !== undefined) this.span('"response":{"first":', response)
    out.raw('}}}')
  }

  private span(title: string, message: HttpMessage): void {
    const { out } = this
    out.raw(title)
    out.micros(message.first)
    out.raw(',"last":')
    out.micros(message.last)
    out.raw('}')
  }

  /** Writes a document that is JSON already. */
  line(json: string): void {
    this.out.json(json)
    this.out.raw(LINE_END)
  }

  /** As `write`, as a string without a line end. */
  text(exchange: HttpExchange, connection: Connection): string {
    const from = this.out.length
    this.document(exchange, connection)
    const text = this.out.bytes.toString('utf8', from, this.out.length)
    this.out.length = from
    return text
  }
}

const endpoint = ({ ip, port }: Endpoint, name: string | undefined): string =>
  `{"ip":"${ip}","port":${port}${name === undefined ? '' : `,"domain":${JSON.stringify(name)}`}}`

const writers = new WeakMap<DocumentContext, JsonLines>()

/** The document that `toDocument` gives, as JSON. What repeats is remembered for each `context`: hand in the same one. For files and pipes, `JsonLines` spares the string. */
export const toJson = (exchange: HttpExchange, connection: Connection, context: DocumentContext): string => {
  let writer = writers.get(context)
  if (writer === undefined) {
    writer = new JsonLines(context)
    writers.set(context, writer)
  }
  return writer.text(exchange, connection)
}
