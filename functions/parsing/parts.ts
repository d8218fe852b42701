import type { HttpBody, HttpMessage } from '#engines/http/facts.ts'
import type { Call, Found, Message as MessageFact, Part } from '#engines/protocols/call.ts'
import type { Connection, Endpoint } from '#engines/tcp/facts.ts'
import type { Micros } from '#engines/time.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { iso } from '../lane/time.ts'
import { contentOf } from './content.ts'
import { fieldsOf } from './form.ts'

/** What a document says that its call does not know. */
export interface DocumentContext {
  team: string
  agents: readonly string[]
  /** Name of an address, when one is known. */
  names(ip: string): string | undefined
  /** Where a body's content was put, when it is not to stand in the document itself. */
  reference?(body: HttpBody): string | undefined
}

type Body = NonNullable<NonNullable<ExchangeDocument['http']>['request']>['body']
type Spider = ExchangeDocument['spider']

/** The id of a call: where it begins in its session. Safe in a URL. */
export const exchangeId = (session: string, position: number): string =>
  position >= 0 ? `${session}-${position}` : `${session}-r${-position - 1}`

/** First and last byte of a call. */
export const startOf = (found: Found, connection: Connection): Micros =>
  found.request?.first ?? found.response?.first ?? found.error?.at ?? connection.start
export const endOf = (found: Found, connection: Connection): Micros => {
  const { request, response } = found
  if (request === undefined || response === undefined) return request?.last ?? response?.last ?? startOf(found, connection)
  return Math.max(request.last, response.last) as Micros
}

/** `event`: when it was, which it is, and how it went. */
export const eventOf = (
  found: Found,
  connection: Connection,
  action: string | undefined,
  outcome: Call['outcome'],
): ExchangeDocument['event'] => {
  const [start, end] = [startOf(found, connection), endOf(found, connection)]
  return {
    id: exchangeId(connection.id, found.position),
    start: iso(start),
    end: iso(end),
    duration: Math.round((end - start) * 1000),
    ...given({ action }),
    outcome,
  }
}

/** One sentence for what an error's code says. */
export const errorMessage = ({ direction, offset, code }: NonNullable<Found['error']>, protocol: string): string =>
  `The ${direction} is not ${protocol} at byte ${offset} of its stream: ${code.replaceAll('-', ' ')}.`

export const endpointOf = ({ ip, port }: Endpoint, { names }: DocumentContext): ExchangeDocument['client'] => ({
  ip,
  port,
  ...given({ domain: names(ip) }),
})

/** What `spider` says of every call. */
export const spiderOf = (found: Found, connection: Connection, context: DocumentContext): Spider => ({
  team: context.team,
  agents: [...context.agents],
  session: { id: connection.id },
  status: found.status,
  missing: found.missing.map(({ direction, offset, bytes, reason }) => ({ direction, offset, bytes, reason })),
  ...given({
    findings: someOf(found.findings),
    summary: found.summary,
    messages: someOf(found.messages?.map(messageOf) ?? []),
  }),
  time: given({ request: spanOf(found.request), response: spanOf(found.response) }),
})

const spanOf = (part: HttpMessage | Part | undefined) => part && { first: part.first, last: part.last }
const messageOf = ({ direction, at, bytes, type }: MessageFact) => ({ direction, at, bytes, ...given({ type }) })

/** `message`: whose body it is, where it may be a form. */
export const bodyOf = (body: HttpBody, ref: string | undefined, message?: HttpMessage): Body => ({
  bytes: body.bytes,
  ...given({ sha256: body.sha256 }),
  ...(body.content && {
    ...(ref === undefined ? contentOf(body.content, body.truncated) : { ref }),
    ...(body.truncated && { truncated: true }),
    ...(ref === undefined && message && given({ fields: fieldsOf(message) })),
  }),
  ...given({ undecoded: body.undecoded }),
})

/** What a protocol says of a call is put beside what every document says; that has the last word. */
export const withFields = (document: ExchangeDocument, fields: Found['fields']): ExchangeDocument => {
  if (fields === undefined) return document
  const merged: Record<string, unknown> = { ...document }
  for (const [name, value] of Object.entries(fields))
    merged[name] = name in merged ? { ...(value as object), ...(merged[name] as object) } : value
  return merged as ExchangeDocument
}

export const someOf = <T>(list: T[]): T[] | undefined => (list.length > 0 ? list : undefined)

/** Leaves out what is undefined, so that a document has no empty fields. */
export const given = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } => {
  const result: Partial<T> = {}
  for (const key in fields) if (fields[key] !== undefined) result[key] = fields[key]
  return result as { [K in keyof T]?: Exclude<T[K], undefined> }
}
