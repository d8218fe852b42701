import type { Filter } from '#engines/query/ast.ts'
import { print } from '#engines/query/print.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { actionOf } from '../call.ts'
import { equals } from '../refine.ts'

/** Calls that belong to one, and how they are found. */
export interface Relation {
  title: string
  why: string
  q: string
  /** ms since 1970. */
  from: number
  to: number
  order: 'oldest' | 'newest'
  /** What the filter cannot say. */
  keep(other: ExchangeDocument): boolean
}

const MINUTE = 60_000
const and = (...of: Filter[]): string => print({ kind: 'and', of })
const endOf = ({ event }: ExchangeDocument): number => Date.parse(event.start) + event.duration / 1e6

/** What is asked for beside a call: its trace, its connection, whom it asked, who asked for it. */
export function relations(call: ExchangeDocument): Relation[] {
  const start = Date.parse(call['@timestamp'])
  const end = start + call.event.duration / 1e6
  const other = ({ event }: ExchangeDocument) => event.id !== call.event.id
  const elsewhere = (given: ExchangeDocument) => other(given) && given.spider.session.id !== call.spider.session.id
  return [
    {
      title: 'It caused',
      why: 'calls of its server while it went on: what the server asked databases and others for, and what it did for others at the same time',
      q: and(equals('client.ip', call.server.ip)),
      from: start,
      to: end + 1,
      order: 'oldest',
      keep: elsewhere,
    },
    {
      title: 'It was made for',
      why: 'calls that its client was answering at the time',
      q: and(equals('server.ip', call.client.ip)),
      from: start - MINUTE,
      to: start + 1,
      order: 'newest',
      keep: (given) => elsewhere(given) && endOf(given) >= end,
    },
    ...(call.trace
      ? [
          {
            title: 'Same trace',
            why: `trace ${call.trace.id}`,
            q: and(equals('trace.id', call.trace.id)),
            from: start - 10 * MINUTE,
            to: end + 10 * MINUTE,
            order: 'oldest' as const,
            keep: other,
          },
        ]
      : []),
    {
      title: 'Same connection',
      why: 'before and after it, between the same two ends',
      q: and(equals('spider.session.id', call.spider.session.id)),
      from: start - 10 * MINUTE,
      to: end + 10 * MINUTE,
      order: 'oldest',
      keep: other,
    },
  ]
}

/** The filter of calls that ask the same of the same: what one is compared with. */
export function alike(call: ExchangeDocument): string {
  const { http, url, server, spider, network } = call
  if (http?.request && url)
    return and(equals('http.request.method', http.request.method), equals('url.path', url.path), equals('server.port', server.port))
  const action = call.event.action === undefined ? equals('network.protocol', network.protocol) : equals('event.action', actionOf(call))
  return spider.summary === undefined
    ? and(action, equals('server.port', server.port))
    : and(action, equals('spider.summary', spider.summary))
}
