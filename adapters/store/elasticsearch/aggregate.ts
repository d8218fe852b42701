import type { estypes } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { withOthers } from '../others.ts'
import type { Aggregate, Aggregation, Group, Scope } from '../port.ts'
import { type Bucket, figuresOf, metricsOf } from './figures.ts'
import { type KeyValue, type Part, partsOf } from './grouping.ts'
import { totalOf } from './pages.ts'
import { type Reader, within } from './reader.ts'

type Aggregations = Record<string, estypes.AggregationsAggregationContainer>
type CompositeKey = Record<string, string | number | null>

/** Buckets of one answer; Elasticsearch gives 65,536 at most, and percentiles make each of them large. */
const BUCKETS = 10_000
const LARGE_BUCKETS = 1000
/** Groups that are looked at. */
const MOST_GROUPS = 100_000
/** Of a quantity: from 1 ns to a day, from a byte to 100 TB. */
const DECADES = 14

/** Composite aggregations count exactly, however many servers there are: they are asked again for what comes after. */
export async function aggregate(reader: Reader, scope: Scope, family: Family, asked: Aggregation): Promise<Aggregate> {
  const question = new Question(reader, scope, family, asked)
  const [groups, total] = await Promise.all([question.groups(), question.total()])
  const { key: _, ...figures } = total
  if (asked.groupBy.length === 0) return { groups: [total], total: figures }
  const shown = groups.toSorted(inOrderOf(asked)).slice(0, asked.most)
  const answer = withOthers(shown, groups.length, figures, asked.groupBy)
  return groups.length >= MOST_GROUPS ? { ...answer, partial: true } : answer
}

class Question {
  readonly #reader: Reader
  readonly #scope: Scope
  readonly #family: Family
  readonly #asked: Aggregation
  /** Which of the groupings grows by decades: no source of a composite aggregation can do so, it is made within the others. */
  readonly #growing: number

  constructor(reader: Reader, scope: Scope, family: Family, asked: Aggregation) {
    this.#reader = reader
    this.#scope = scope
    this.#family = family
    this.#asked = asked
    this.#growing = asked.groupBy.findIndex((grouping) => 'perDecade' in grouping)
  }

  async total(): Promise<Group> {
    return (await this.#search([], metricsOf(this.#family, this.#asked.metrics))).flatMap((bucket) => this.#read(bucket, []))[0]
  }

  async groups(): Promise<Group[]> {
    const groups: Group[] = []
    for (const part of partsOf(this.#asked.groupBy.filter((_, i) => i !== this.#growing))) {
      for await (const bucket of this.#buckets(part)) {
        const key = part.reads.map((read, i) => read((bucket.key as CompositeKey)[`k${i}`]))
        groups.push(...(this.#growing < 0 ? this.#read(bucket, key) : this.#readGrowing(bucket, key)))
        if (groups.length >= MOST_GROUPS) return groups
      }
    }
    return groups
  }

  async *#buckets({ sources, conditions }: Part): AsyncGenerator<Bucket> {
    const inner = this.#inner()
    if (sources.length === 0) {
      yield* await this.#search(conditions, inner)
      return
    }
    const size = 'percentiles' in inner || this.#growing >= 0 ? LARGE_BUCKETS : BUCKETS
    let after: CompositeKey | undefined
    do {
      const composite = { size, sources: sources.map((source, i) => ({ [`k${i}`]: source })), ...(after && { after }) }
      const [answer] = await this.#search(conditions, { groups: { composite, aggs: inner } })
      const found = answer.groups as { buckets: Bucket[]; after_key?: CompositeKey } | undefined
      yield* found?.buckets ?? []
      after = found?.after_key
    } while (after !== undefined)
  }

  #inner(): Aggregations {
    const aggs = metricsOf(this.#family, this.#asked.metrics)
    const grouping = this.#asked.groupBy[this.#growing]
    if (grouping === undefined || !('perDecade' in grouping)) return aggs
    const { field, perDecade } = grouping
    const from = Array.from({ length: DECADES * perDecade + 1 }, (_, i) => Math.ceil(10 ** (i / perDecade) - 1e-6))
    const ranges = from.map((from, i, all) => ({ key: String(i), ...(i > 0 && { from }), ...(all[i + 1] && { to: all[i + 1] }) }))
    return { growing: { range: { field, ranges: ranges.filter(({ from, to }) => from !== to) }, aggs } }
  }

  #readGrowing(bucket: Bucket, key: KeyValue[]): Group[] {
    const { perDecade } = this.#asked.groupBy[this.#growing] as { perDecade: number }
    const { buckets } = bucket.growing as { buckets: (Bucket & { key: string })[] }
    return buckets
      .filter(({ doc_count }) => doc_count > 0)
      .flatMap((inner) => this.#read(inner, key.toSpliced(this.#growing, 0, 10 ** (Number(inner.key) / perDecade))))
  }

  #read(bucket: Bucket, key: KeyValue[]): Group[] {
    return [{ key, ...figuresOf(bucket, this.#family, this.#asked.metrics) }]
  }

  async #search(conditions: estypes.QueryDslQueryContainer[], aggs: Aggregations): Promise<Bucket[]> {
    const query = { bool: { filter: [within(this.#scope, this.#family, this.#asked), ...conditions] } }
    const answer = await this.#reader.search(this.#family, { query, size: 0, track_total_hits: true, aggs }, this.#scope.signal)
    return [{ doc_count: totalOf(answer), ...answer.aggregations }]
  }
}

/** Groups equal in what they are sorted by are in the order of their keys; those without come last. */
function inOrderOf({ sort }: Aggregation): (a: Group, b: Group) => number {
  const direction = sort.order === 'asc' ? 1 : -1
  const byKey = (a: Group, b: Group, direction: number): number =>
    a.key.map((value, i) => compare(value, b.key[i], direction)).find((order) => order !== 0) ?? 0
  if (sort.by === 'key') return (a, b) => byKey(a, b, direction)
  const { by } = sort
  return (a, b) => compare(a[by] ?? null, b[by] ?? null, direction) || byKey(a, b, 1)
}

function compare(a: KeyValue, b: KeyValue, direction: number): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? 1 : -1
  return a < b ? -direction : direction
}
