import { type Field, findField, isOrdered } from '#engines/query/fields.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Range, Scope } from '../port.ts'
import { folded } from './mappings.ts'
import { totalOf } from './pages.ts'
import { beginsWith, digitRanges } from './prefix.ts'
import { ofTeam, type Reader, within } from './reader.ts'
import { msOf } from './times.ts'

/** Values that each shard counts, so that a frequent one is not missed since it is rarer on one of them. */
const SHARD_VALUES = 1000
/** Agents whose status is shown. */
const MOST_AGENTS = 10_000

export async function values(
  reader: Reader,
  scope: Scope,
  range: Range,
  name: string,
  prefix: string,
  most: number,
): Promise<{ value: string; count: number }[]> {
  const field = findField(name)
  if (field === undefined || !field.of.includes('exchanges')) return []
  const ordered = isOrdered(field.type)
  const conditions = ordered ? digitRanges(field.name, prefix) : undefined
  const terms = {
    field: countedField(field),
    size: most,
    shard_size: Math.max(SHARD_VALUES, most * 2),
    order: [{ _count: 'desc' }, { _key: 'asc' }] as Record<string, 'asc' | 'desc'>[],
    ...(!ordered && prefix !== '' && { include: beginsWith(prefix) }),
  }
  const query = { bool: { filter: [within(scope, 'exchanges', range), ...(conditions ? [conditions] : [])] } }
  const { aggregations } = await reader.search(
    'exchanges',
    { query, size: 0, track_total_hits: false, aggs: { values: { terms } } },
    scope.signal,
  )
  const found = aggregations?.values as { buckets: { key: string | number; doc_count: number }[] } | undefined
  return (found?.buckets ?? []).map(({ key, doc_count }) => ({ value: String(key), count: doc_count }))
}

/** Addresses are written in one way only, which is in lower case. */
const countedField = ({ name, type }: Field): string => (type === 'ip' ? folded(name) : name)

export async function latestStatuses(reader: Reader, scope: Scope): Promise<StatusDocument[]> {
  const { hits } = await reader.search<StatusDocument>('status', {
    query: ofTeam(scope, { exists: { field: 'agent.id' } }),
    size: MOST_AGENTS,
    sort: [{ '@timestamp': 'desc' }],
    collapse: { field: 'agent.id' },
    track_total_hits: false,
  })
  return hits.hits.map(({ _source }) => _source!)
}

export async function extent(reader: Reader, scope: Scope): Promise<{ from: number; to: number; total: number } | undefined> {
  const end = (order: 'asc' | 'desc') =>
    reader.search('exchanges', {
      query: ofTeam(scope),
      size: 1,
      sort: [{ '@timestamp': { order, format: 'strict_date_optional_time_nanos' } }],
      _source: false,
      track_total_hits: true,
    })
  const [first, last] = await Promise.all([end('asc'), end('desc')])
  const [from, to] = [first, last].map(({ hits }) => hits.hits[0]?.sort?.[0])
  return from === undefined || to === undefined ? undefined : { from: msOf(String(from)), to: msOf(String(to)), total: totalOf(last) }
}
