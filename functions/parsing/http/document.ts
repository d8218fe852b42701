import type { HttpBody, HttpExchange, HttpMessage, Missing as MissingFact } from '#engines/http/facts.ts'
import type { Connection, Endpoint } from '#engines/tcp/facts.ts'
import type { Micros } from '#engines/time.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { iso } from '../../lane/time.ts'
import { contentOf } from '../content.ts'
import { type HeaderFacts, headerFacts } from './headers.ts'
import { urlOf } from './url.ts'

/** What a document says that its exchange does not know. */
export interface DocumentContext {
  team: string
  agents: readonly string[]
  /** Name of an address, when one is known. */
  names(ip: string): string | undefined
  /** Where a body's content was put, when it is not to stand in the document itself. */
  reference?(body: HttpBody): string | undefined
}

type Message = NonNullable<NonNullable<ExchangeDocument['http']>['request']>

/** The id of an exchange: where it begins in its session. Safe in a URL. */
export const exchangeId = (session: string, position: number): string =>
  position >= 0 ? `${session}-${position}` : `${session}-r${-position - 1}`

/** First and last byte of an exchange. */
export const startOf = (exchange: HttpExchange, connection: Connection): Micros =>
  exchange.request?.first ?? exchange.response?.first ?? exchange.error?.at ?? connection.start
export const endOf = (exchange: HttpExchange, connection: Connection): Micros => {
  const { request, response } = exchange
  if (request === undefined || response === undefined) return request?.last ?? response?.last ?? startOf(exchange, connection)
  return Math.max(request.last, response.last) as Micros
}

/** One sentence for what an error's code says. */
export const errorMessage = (error: NonNullable<HttpExchange['error']>): string =>
  `The ${error.direction} is not HTTP/1 at byte ${error.offset} of its stream: ${error.code.replaceAll('-', ' ')}.`

/** The ECS document of an HTTP exchange. `toJson` writes the same. */
export const toDocument = (exchange: HttpExchange, connection: Connection, context: DocumentContext): ExchangeDocument => {
  const { request, response, error } = exchange
  const [start, end] = [startOf(exchange, connection), endOf(exchange, connection)]
  const asked = request && headerFacts(request.headers)
  const answered = response && headerFacts(response.headers)
  const endpoint = ({ ip, port }: Endpoint) => ({ ip, port, ...given({ domain: context.names(ip) }) })
  const span = (message: HttpMessage | undefined) => message && { first: message.first, last: message.last }
  return {
    '@timestamp': iso(start),
    event: {
      id: exchangeId(connection.id, exchange.position),
      start: iso(start),
      end: iso(end),
      duration: Math.round((end - start) * 1000),
    },
    client: endpoint(connection.client),
    server: endpoint(connection.server),
    network: { protocol: 'http', transport: 'tcp' },
    ...((request ?? response) && {
      http: {
        version: (request ?? response)!.version,
        ...(request && { request: { method: request.method, ...messageOf(request, asked!, context) } }),
        ...(response && {
          response: {
            status_code: response.status,
            ...given({ reason: response.reason || undefined, interim: someOf(exchange.interim) }),
            ...messageOf(response, answered!, context),
          },
        }),
      },
    }),
    ...(request && { url: urlOf(request.method, request.target, asked!.host, serverName(connection)) }),
    ...(asked?.userAgent !== undefined && { user_agent: { original: asked.userAgent } }),
    ...(asked?.traceId !== undefined && { trace: { id: asked.traceId } }),
    ...(asked?.spanId !== undefined && { span: { id: asked.spanId } }),
    ...(error && { error: { code: error.code, message: errorMessage(error) } }),
    spider: {
      team: context.team,
      agents: [...context.agents],
      session: { id: connection.id },
      status: exchange.status,
      missing: exchange.missing.map(({ direction, offset, bytes, reason }: MissingFact) => ({ direction, offset, bytes, reason })),
      ...given({ findings: someOf(exchange.findings), upgrade: exchange.upgrade }),
      time: given({ request: span(request), response: span(response) }),
    },
  }
}

/** Stands for the host when a request names none. */
export const serverName = ({ server }: Connection): string =>
  server.ip.includes(':') ? `[${server.ip}]:${server.port}` : `${server.ip}:${server.port}`

const messageOf = (message: HttpMessage, facts: HeaderFacts, context: DocumentContext): Omit<Message, 'method'> => ({
  ...given({ mime_type: facts.mimeType }),
  bytes: message.wireBytes,
  headers: pairs(message.headers),
  ...given({ trailers: message.trailers.length > 0 ? pairs(message.trailers) : undefined }),
  body: bodyOf(message.body, context.reference?.(message.body)),
})

const bodyOf = (body: HttpBody, ref: string | undefined): Message['body'] => ({
  bytes: body.bytes,
  ...given({ sha256: body.sha256 }),
  ...(body.content && {
    ...(ref === undefined ? contentOf(body.content, body.truncated) : { ref }),
    ...(body.truncated && { truncated: true }),
  }),
  ...given({ undecoded: body.undecoded }),
})

const pairs = (flat: readonly string[]): string[][] => {
  const result: string[][] = []
  for (let i = 0; i < flat.length; i += 2) result.push([flat[i], flat[i + 1]])
  return result
}

const someOf = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)

/** Leaves out what is undefined, so that a document has no empty fields. */
const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  const result: Partial<T> = {}
  for (const key in fields) if (fields[key] !== undefined) result[key] = fields[key]
  return result as { [K in keyof T]?: Exclude<T[K], undefined> }
}
