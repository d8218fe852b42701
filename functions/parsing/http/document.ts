import type { HttpExchange, HttpMessage } from '#engines/http/facts.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { iso } from '../../lane/time.ts'
import { bodyOf, type DocumentContext, endpointOf, errorMessage, eventOf, given, someOf, spiderOf, startOf, withFields } from '../parts.ts'
import { type HeaderFacts, headerFacts } from './headers.ts'
import { urlOf } from './url.ts'

type Message = NonNullable<NonNullable<ExchangeDocument['http']>['request']>

/** The operation in a word: the method, if nothing within HTTP says it better. */
export const actionOf = ({ action, request }: HttpExchange): string | undefined => action ?? request?.method

/** How it went, from the status code (RFC 9110 section 15). Where nobody saw whether an answer came, it is not known. */
export const outcomeOf = ({ outcome, status, response, findings }: HttpExchange): 'success' | 'failure' | 'unknown' => {
  if (outcome !== undefined) return outcome
  if (status === 'malformed') return 'failure'
  if (status === 'pending') return 'unknown'
  if (response === undefined) return findings.includes('closed-before-response') ? 'failure' : 'unknown'
  return response.status >= 400 ? 'failure' : 'success'
}

/** The ECS document of an HTTP exchange. `HttpJson` writes the same. */
export const toDocument = (exchange: HttpExchange, connection: Connection, context: DocumentContext): ExchangeDocument => {
  const { request, response, error } = exchange
  const asked = request && headerFacts(request.headers)
  const answered = response && headerFacts(response.headers)
  return withFields(
    {
      '@timestamp': iso(startOf(exchange, connection)),
      event: eventOf(exchange, connection, actionOf(exchange), outcomeOf(exchange)),
      client: endpointOf(connection.client, context),
      server: endpointOf(connection.server, context),
      network: { protocol: 'http', transport: connection.transport },
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
      ...(request && { url: urlOf(request.method, request.target, asked!.host, serverName(connection), exchange.secure) }),
      ...(asked?.userAgent !== undefined && { user_agent: { original: asked.userAgent } }),
      ...(asked?.traceId !== undefined && { trace: { id: asked.traceId } }),
      ...(asked?.spanId !== undefined && { span: { id: asked.spanId } }),
      ...(error && { error: { code: error.code, message: errorMessage(error, 'HTTP') } }),
      spider: { ...spiderOf(exchange, connection, context), ...given({ upgrade: exchange.upgrade }) },
    },
    exchange.fields,
  )
}

/** Stands for the host when a request names none. */
export const serverName = ({ server }: Connection): string =>
  server.ip.includes(':') ? `[${server.ip}]:${server.port}` : `${server.ip}:${server.port}`

const messageOf = (message: HttpMessage, facts: HeaderFacts, context: DocumentContext): Omit<Message, 'method'> => ({
  ...given({ mime_type: facts.mimeType }),
  bytes: message.wireBytes,
  headers: pairs(message.headers),
  ...given({ trailers: message.trailers.length > 0 ? pairs(message.trailers) : undefined }),
  body: bodyOf(message.body, context.reference?.(message.body), message),
})

const pairs = (flat: readonly string[]): string[][] => {
  const result: string[][] = []
  for (let i = 0; i < flat.length; i += 2) result.push([flat[i], flat[i + 1]])
  return result
}
