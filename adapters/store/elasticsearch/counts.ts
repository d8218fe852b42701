import type { estypes } from '@elastic/elasticsearch'
import { type Field, findField, isOrdered } from '#engines/query/fields.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Bin, HistogramField, Range, Scope } from '../port.ts'
import { folded } from './mappings.ts'
import { totalOf } from './pages.ts'
import { beginsWith, digitRanges } from './prefix.ts'
import { ofTeam, type Reader, within } from './reader.ts'
import { msOf } from './times.ts'

/** Buckets of one answer; Elasticsearch gives 65,536 at most. */
const BUCKETS = 10_000
/** Values that each shard counts, so that a frequent one is not missed since it is rarer on one of them. */
const SHARD_VALUES = 1000
/** Agents whose status is shown. */
const MOST_AGENTS = 10_000

/** Fields of which the first that a document has is its key. */
const KEYS: Record<HistogramField, readonly string[]> = {
  status_class: ['http.response.status_code'],
  'spider.status': ['spider.status'],
  server: ['server.domain', folded('server.ip')],
  'network.protocol': ['network.protocol'],
  'event.outcome': ['event.outcome'],
}

type Source = Record<string, estypes.AggregationsCompositeAggregationSource>
interface Bucket {
  key: Record<string, string | number | null>
  doc_count: number
}

/** A composite aggregation counts exactly, however many servers there are: it is asked again for what comes after. */
export async function histogram(reader: Reader, scope: Scope, range: Range, bins: { width: number; by: HistogramField }): Promise<Bin[]> {
  const width = Math.max(1, Math.round(bins.width)) // an index of times in ms is what Elasticsearch makes bins of
  const sources: Source[] = [
    { time: { date_histogram: { field: '@timestamp', fixed_interval: `${width}ms` } } },
    ...KEYS[bins.by].map(
      (field, i): Source => ({
        [`key${i}`]:
          bins.by === 'status_class'
            ? { histogram: { field, interval: 100, missing_bucket: true } }
            : { terms: { field, missing_bucket: true } },
      }),
    ),
  ]
  const counts = new Map<string, Bin>()
  for await (const { key, doc_count } of buckets(reader, within(scope, 'exchanges', range), sources)) {
    const value = key.key0 ?? key.key1 ?? undefined
    const name = value === undefined ? 'none' : bins.by === 'status_class' ? `${Number(value) / 100}xx` : String(value)
    const time = Number(key.time)
    const at = `${time} ${name}`
    const bin = counts.get(at)
    if (bin === undefined) counts.set(at, { time, key: name, count: doc_count })
    else bin.count += doc_count
  }
  return [...counts.values()].sort((a, b) => a.time - b.time || (a.key < b.key ? -1 : 1))
}

async function* buckets(reader: Reader, query: estypes.QueryDslQueryContainer, sources: Source[]): AsyncGenerator<Bucket> {
  let after: Bucket['key'] | undefined
  do {
    const composite = { size: BUCKETS, sources, ...(after && { after }) }
    const { aggregations } = await reader.search('exchanges', { query, size: 0, track_total_hits: false, aggs: { bins: { composite } } })
    const bins = aggregations?.bins as { buckets: Bucket[]; after_key?: Bucket['key'] } | undefined
    yield* bins?.buckets ?? []
    after = bins?.after_key
  } while (after !== undefined)
}

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
  const { aggregations } = await reader.search('exchanges', { query, size: 0, track_total_hits: false, aggs: { values: { terms } } })
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
