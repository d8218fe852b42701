import type { HttpExchange, HttpMessage, HttpRequest, HttpResponse } from '#engines/http/facts.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import type { ConnectionJson } from '../connection-json.ts'
import { type Output, pieceOf } from '../output.ts'
import type { DocumentContext } from '../parts.ts'
import type { PartsJson } from '../parts-json.ts'
import { actionOf, outcomeOf, serverName, toDocument } from './document.ts'
import { type HeaderFacts, headerFacts } from './headers.ts'
import { urlOf } from './url.ts'

/** Slots of what messages of a connection that is kept open have in common; more connections than slots only cost time. */
const SLOTS = 512
const NO_HEADERS: readonly string[] = []
const NOTHING: Uint8Array = new Uint8Array(0)
const SPIDER = pieceOf(',"spider":{')
const UPGRADE = pieceOf(',"upgrade":')

/** What was written for the connection that used this slot last, with what it was written for. */
class Slot {
  connection: Connection | undefined = undefined
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
  secure = false
  text = NOTHING
}

/** Writes documents of HTTP exchanges as JSON, straight from the facts: no object is made in between, and what repeats on a connection is copied. */
export class HttpJson {
  private readonly context: DocumentContext
  private readonly slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined)
  private readonly out: Output
  private readonly parts: PartsJson
  private readonly connections: ConnectionJson

  constructor(context: DocumentContext, out: Output, parts: PartsJson, connections: ConnectionJson) {
    this.context = context
    this.out = out
    this.parts = parts
    this.connections = connections
  }

  /** Writes what `toDocument` gives. */
  document(exchange: HttpExchange, connection: Connection): void {
    const { out, parts } = this
    if (exchange.fields !== undefined) {
      out.value(toDocument(exchange, connection, this.context))
      return
    }
    const { request, response } = exchange
    const slot = this.slotOf(connection)
    const pieces = this.connections.of(connection, 'http')
    parts.beginning(exchange, pieces, actionOf(exchange), outcomeOf(exchange))
    out.again(pieces.endpoints)
    if (request !== undefined || response !== undefined) this.http(slot, exchange, request, response)
    if (request !== undefined) {
      this.url(slot, exchange, request, connection)
      this.named(slot.request.facts)
    }
    parts.error(exchange, 'HTTP')
    out.again(SPIDER)
    out.again(pieces.session)
    parts.ending(exchange)
    parts.field(UPGRADE, exchange.upgrade)
    out.raw('}}')
  }

  private slotOf(connection: Connection): Slot {
    const index = connection.client.port % SLOTS
    const slot = this.slots[index] ?? new Slot()
    this.slots[index] = slot
    if (slot.connection === connection) return slot
    slot.connection = connection
    slot.url = new WrittenUrl()
    return slot
  }

  private http(slot: Slot, exchange: HttpExchange, request: HttpRequest | undefined, response: HttpResponse | undefined): void {
    const { out } = this
    out.constant(',"http":{"version":"')
    out.raw((request ?? response)!.version)
    out.raw('"')
    if (request !== undefined) {
      out.constant(',"request":{"method":')
      out.string(request.method)
      this.message(request, slot.request)
    }
    if (response !== undefined) {
      out.constant(',"response":{"status_code":')
      out.integer(response.status)
      if (response.reason !== '') {
        out.constant(',"reason":')
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
      out.constant(',"mime_type":')
      out.string(written.facts.mimeType)
    }
    out.constant(',"bytes":')
    out.integer(message.wireBytes)
    if (written.list.length > 0) out.again(written.list)
    else {
      const from = out.length
      this.pairs(',"headers":[', message.headers)
      if (same) written.list = out.since(from)
    }
    if (message.trailers.length > 0) this.pairs(',"trailers":[', message.trailers)
    this.parts.body(message.body, message)
    out.raw('}')
  }

  private pairs(title: string, flat: readonly string[]): void {
    const { out } = this
    out.constant(title)
    for (let i = 0; i < flat.length; i += 2) {
      out.raw(i === 0 ? '[' : ',[')
      out.string(flat[i])
      out.raw(',')
      out.string(flat[i + 1])
      out.raw(']')
    }
    out.raw(']')
  }

  private url(slot: Slot, { secure }: HttpExchange, request: HttpRequest, connection: Connection): void {
    const { out } = this
    const { host } = slot.request.facts
    const written = slot.url
    const same =
      written.target === request.target && written.host === host && written.method === request.method && written.secure === secure
    if (same && written.text.length > 0) {
      out.again(written.text)
      return
    }
    const from = out.length
    const url = urlOf(request.method, request.target, host, serverName(connection), secure)
    out.constant(',"url":{"original":')
    out.string(url.original)
    out.raw(',"full":')
    out.string(url.full)
    out.constant(',"scheme":')
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
    written.secure = secure
    written.text = same ? out.since(from) : NOTHING
  }

  private field(title: string, value: string | undefined): void {
    if (value === undefined) return
    this.out.constant(title)
    this.out.string(value)
  }

  private named(facts: HeaderFacts): void {
    const { out } = this
    if (facts.userAgent !== undefined) {
      out.constant(',"user_agent":{"original":')
      out.string(facts.userAgent)
      out.raw('}')
    }
    if (facts.traceId !== undefined) out.raw(`,"trace":{"id":"${facts.traceId}"}`)
    if (facts.spanId !== undefined) out.raw(`,"span":{"id":"${facts.spanId}"}`)
  }
}
