import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { openingOf } from '../timing.ts'
import type { Call } from './call.ts'

/** A stretch of a call, µs since 1970. */
export interface Segment {
  name: 'connect' | 'tls' | 'request' | 'wait' | 'response'
  from: number
  to: number
}

/** What a call consists of: sending, waiting, receiving. An answer may begin before the request ends; then nobody waited. */
export function segmentsOf({ start, end, sent, answered }: Call): Segment[] {
  const segments: Segment[] = [{ name: 'request', from: start, to: sent }]
  if (answered === undefined) return end > sent ? [...segments, { name: 'wait', from: sent, to: end }] : segments
  if (answered > sent) segments.push({ name: 'wait', from: sent, to: answered })
  return [...segments, { name: 'response', from: answered, to: end }]
}

/** How connections began, by session: what a client waited for before its first call there. */
export function openings(sessions: readonly SessionDocument[], handshakes: readonly ExchangeDocument[]): Map<string, Segment[]> {
  const tls = new Map(handshakes.map((handshake) => [handshake.spider.session.id, handshake]))
  return new Map(
    sessions.map((session) => {
      const { id } = session.spider.session
      const opening = openingOf(session, tls.get(id))
      return [id, (['connect', 'tls'] as const).flatMap((name) => (opening[name] ? [{ name, ...opening[name] }] : []))]
    }),
  )
}

/** The first call of each connection, of those that are shown. */
export function firstOf(calls: readonly Call[]): Map<string, string> {
  const first = new Map<string, string>()
  for (const { session, id, protocol } of calls.toSorted((a, b) => a.start - b.start))
    if (!first.has(session) && protocol !== 'tls') first.set(session, id)
  return first
}

/**
 * What is drawn in front of the first call of each connection (`firstOf`), by the call's id. `known`: how connections began, by session.
 * Where longer lies between than all calls take together, nothing: it was opened for a call that is not shown, and would leave no room for those that are.
 */
export function inFront(
  calls: readonly Call[],
  first: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, Segment[]>,
): Map<string, Segment[]> {
  const starts = new Map(calls.map(({ id, start }) => [id, start]))
  const extent =
    calls.reduce((last, { end }) => Math.max(last, end), 0) - calls.reduce((first, { start }) => Math.min(first, start), Infinity)
  return new Map(
    [...first].map(([session, id]) => {
      const start = starts.get(id)!
      const before = (known.get(session) ?? []).filter(({ to }) => to <= start)
      const opened = before.reduce((last, { to }) => Math.max(last, to), 0)
      return [id, start - opened > extent ? [] : before]
    }),
  )
}
