import type { HttpBody, HttpExchange, HttpMessage, HttpRequest, HttpResponse } from '#engines/http/facts.ts'
import type { Connection, Endpoint } from '#engines/tcp/facts.ts'
import { contentOf } from './content.ts'
import { type DocumentContext, endOf, errorMessage, exchangeId, serverName, startOf } from './document.ts'
import { type HeaderFacts, headerFacts } from './headers.ts'
import { quote } from './quote.ts'
import { iso, number } from './time.ts'
import { urlOf } from './url.ts'

export type { DocumentContext }

/** Slots of what is written again and again on a connection that is kept open; more connections than slots only cost time. */
const SLOTS = 512
const NO_HEADERS: readonly string[] = []

/** What was written for the connection that used this slot last, with what it was written for. */
class Slot {
  connection: Connection | undefined = undefined
  clientName: string | undefined = undefined
  serverName: string | undefined = undefined
  /** `client`, `server` and `network`. */
  endpoints = ''
  session = ''
  readonly request = new Written()
  readonly response = new Written()
  method = ''
  target = ''
  host: string | undefined = undefined
  url = ''
}

/** Headers, and what was written for them. Messages that sent the same headers share the array. */
class Written {
  headers = NO_HEADERS
  /** `mime_type`, and `headers`. */
  mimeType = ''
  list = '[]'
  facts: HeaderFacts = headerFacts(NO_HEADERS)
  /** `user_agent`, `trace` and `span`. */
  named = ''
}

/**
 * Writes documents of HTTP exchanges as JSON, one line each, straight from the facts: no object is made in between, and what repeats on
 * a connection is written once. `JSON.parse` of a line gives what `toDocument` gives.
 */
class JsonWriter {
  private readonly context: DocumentContext
  private readonly slots: (Slot | undefined)[] = new Array(SLOTS).fill(undefined)
  /** `team` and `agents`. */
  private readonly owner: string

  constructor(context: DocumentContext) {
    this.context = context
    this.owner = `"team":${JSON.stringify(context.team)},"agents":${JSON.stringify(context.agents)}`
  }

  /** The document, without a line end. */
  line(exchange: HttpExchange, connection: Connection): string {
    const slot = this.slotOf(connection)
    const { request, response, error } = exchange
    const start = startOf(exchange, connection)
    const end = endOf(exchange, connection)
    const startText = iso(start)
    const id = exchangeId(connection.id, exchange.position)
    let text = `{"@timestamp":"${startText}","event":{"id":"${id}","start":"${startText}","end":"${iso(end)}","duration":${Math.round((end - start) * 1000)}},${slot.endpoints}`
    if (request !== undefined || response !== undefined) text += this.http(slot, exchange, request, response)
    if (request !== undefined) text += this.url(slot, request, connection) + slot.request.named
    if (error !== undefined) text += `,"error":{"code":"${error.code}","message":${quote(errorMessage(error))}}`
    return text + this.spider(slot, exchange, request, response)
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
    slot.endpoints = `"client":${endpoint(connection.client, clientName)},"server":${endpoint(connection.server, serverName)},"network":{"protocol":"http","transport":"tcp"}`
    slot.session = `,"spider":{${this.owner},"session":{"id":"${connection.id}"},"status":"`
    slot.url = ''
    return slot
  }

  private http(slot: Slot, exchange: HttpExchange, request: HttpRequest | undefined, response: HttpResponse | undefined): string {
    let text = `,"http":{"version":"${(request ?? response)!.version}"`
    if (request !== undefined) text += `,"request":{"method":${quote(request.method)}${message(request, remember(slot.request, request))}`
    if (response !== undefined) {
      text += `,"response":{"status_code":${response.status}`
      if (response.reason !== '') text += `,"reason":${quote(response.reason)}`
      if (exchange.interim.length > 0) text += `,"interim":${JSON.stringify(exchange.interim)}`
      text += message(response, remember(slot.response, response))
    }
    return `${text}}`
  }

  private url(slot: Slot, request: HttpRequest, connection: Connection): string {
    const { host } = slot.request.facts
    if (slot.url !== '' && slot.target === request.target && slot.host === host && slot.method === request.method) return slot.url
    slot.target = request.target
    slot.host = host
    slot.method = request.method
    const url = urlOf(request.method, request.target, host, serverName(connection))
    let text = `,"url":{"original":${quote(url.original)},"full":${quote(url.full)},"scheme":${quote(url.scheme)}`
    if (url.domain !== undefined) text += `,"domain":${quote(url.domain)}`
    if (url.port !== undefined) text += `,"port":${url.port}`
    text += `,"path":${quote(url.path)}`
    if (url.query !== undefined) text += `,"query":${quote(url.query)}`
    slot.url = `${text}}`
    return slot.url
  }

  private spider(slot: Slot, exchange: HttpExchange, request: HttpRequest | undefined, response: HttpResponse | undefined): string {
    let text = `${slot.session}${exchange.status}","missing":`
    text += exchange.missing.length === 0 ? '[]' : JSON.stringify(exchange.missing)
    if (exchange.findings.length > 0) text += `,"findings":${JSON.stringify(exchange.findings)}`
    if (exchange.upgrade !== undefined) text += `,"upgrade":${quote(exchange.upgrade)}`
    text += ',"time":{'
    if (request !== undefined) text += `"request":${span(request)}`
    if (request !== undefined && response !== undefined) text += ','
    if (response !== undefined) text += `"response":${span(response)}`
    return `${text}}}}`
  }
}

const endpoint = ({ ip, port }: Endpoint, name: string | undefined): string =>
  `{"ip":"${ip}","port":${port}${name === undefined ? '' : `,"domain":${quote(name)}`}}`

const span = (message: HttpMessage): string => `{"first":${number(message.first)},"last":${number(message.last)}}`

const remember = (written: Written, { headers }: HttpMessage): Written => {
  if (written.headers === headers) return written
  const facts = headerFacts(headers)
  written.headers = headers
  written.facts = facts
  written.list = pairs(headers)
  written.mimeType = facts.mimeType === undefined ? '' : `,"mime_type":${quote(facts.mimeType)}`
  written.named = facts.userAgent === undefined ? '' : `,"user_agent":{"original":${quote(facts.userAgent)}}`
  if (facts.traceId !== undefined) written.named += `,"trace":{"id":"${facts.traceId}"}`
  if (facts.spanId !== undefined) written.named += `,"span":{"id":"${facts.spanId}"}`
  return written
}

const pairs = (flat: readonly string[]): string => {
  let text = '['
  for (let i = 0; i < flat.length; i += 2) text += `${i === 0 ? '[' : ',['}${quote(flat[i])},${quote(flat[i + 1])}]`
  return `${text}]`
}

const message = (message: HttpMessage, written: Written): string => {
  let text = `${written.mimeType},"bytes":${message.wireBytes},"headers":${written.list}`
  if (message.trailers.length > 0) text += `,"trailers":${pairs(message.trailers)}`
  return `${text}${body(message.body)}}`
}

const body = (body: HttpBody): string => {
  let text = `,"body":{"bytes":${body.bytes}`
  if (body.sha256 !== undefined) text += `,"sha256":"${body.sha256}"`
  if (body.content !== undefined) {
    const { content, encoding } = contentOf(body.content, body.truncated)
    text += `,"content":${JSON.stringify(content)},"encoding":"${encoding}"`
    if (body.truncated) text += ',"truncated":true'
  }
  if (body.undecoded !== undefined) text += `,"undecoded":${quote(body.undecoded)}`
  return `${text}}`
}

const writers = new WeakMap<DocumentContext, JsonWriter>()

/** The document that `toDocument` gives, as one line of JSON (without a line end). What repeats is remembered for each `context`: hand in the same one. */
export const toJson = (exchange: HttpExchange, connection: Connection, context: DocumentContext): string => {
  let writer = writers.get(context)
  if (writer === undefined) {
    writer = new JsonWriter(context)
    writers.set(context, writer)
  }
  return writer.line(exchange, connection)
}
