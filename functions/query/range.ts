import { Type } from 'typebox'
import type { Range, Scope, Store } from '#adapters/store/port.ts'
import type { Filter } from '#engines/query/ast.ts'
import { parse } from '#engines/query/parse.ts'
import { Problem } from '../problem.ts'

export const RangeQuery = {
  from: Type.Optional(
    Type.String({ description: 'Start, inclusive: ISO 8601, or ms since 1970 (fractions allowed). All there is unless told' }),
  ),
  to: Type.Optional(Type.String({ description: 'End, exclusive' })),
  q: Type.Optional(Type.String({ description: 'Filter, in the language of docs/filters.md' })),
}

const LATEST = 8.64e15

/** A time of the query string, in ms since 1970. Throws Problem 400 with what is wrong. */
export function parseTime(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise
  const number = Number(text)
  const time = Number.isFinite(number) ? number : Date.parse(text)
  if (Number.isFinite(time) && Math.abs(time) <= LATEST) return time
  throw new Problem(400, 'Bad request', `${name}=${text} is no time: give ISO 8601 (2026-01-05T10:00:00Z) or milliseconds since 1970.`)
}

/** Throws Problem 400 that says where the filter is wrong and what was expected. */
export function parseFilter(text: string | undefined): Filter {
  const parsed = parse(text ?? '')
  if (parsed.ok) return parsed.filter
  throw new Problem(400, 'The filter does not parse', parsed.message, {
    offset: parsed.offset,
    length: parsed.length,
    expected: parsed.expected,
  })
}

export function parseRange(query: { from?: string; to?: string; q?: string }): Range {
  const from = parseTime('from', query.from, 0)
  const to = parseTime('to', query.to, LATEST)
  if (from > to) throw new Problem(400, 'Bad request', `from (${query.from}) is later than to (${query.to}).`)
  return { from, to, filter: parseFilter(query.q) }
}

/** The range asked for, drawn in to what is there where an end is not told. */
export async function boundedRange(store: Store, scope: Scope, query: { from?: string; to?: string; q?: string }): Promise<Range> {
  const range = parseRange(query)
  if (query.from && query.to) return range
  const extent = await store.extent(scope)
  return { ...range, from: Math.max(range.from, extent?.from ?? range.from), to: Math.min(range.to, (extent?.to ?? range.from) + 1) }
}
