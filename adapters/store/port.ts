import type { Filter } from '#engines/query/ast.ts'
import type { Families, Family } from '#events/documents/families.ts'
import type { StatusDocument } from '#events/documents/status.ts'

/** On whose behalf a call is made: the store answers and keeps nothing outside it. */
export interface Scope {
  team: string
  principal: string
  /** Aborted when nobody waits for the answer any more: a query under way is given up, and throws the signal's reason. */
  signal?: AbortSignal
}

/** Documents, kept and found. Every call takes the caller's scope, so that no query can forget it. */
export interface Store {
  /**
   * Keeps documents; one with an id that is there replaces it, also when both come in one call. Accepted when it resolves; durable and found by queries after `flush`.
   * What replaces a document must speak of about the same time (`SAME_DOCUMENT_WITHIN`), since stores look for it there; hosts may move freely.
   */
  save<F extends Family>(scope: Scope, family: F, documents: readonly Families[F][]): Promise<void>
  /** The same for documents that are JSON already, one a line without the line's end: the cheap way for many. */
  saveJson<F extends Family>(scope: Scope, family: F, lines: readonly string[]): Promise<void>
  /** Everything saved before is durable and found by queries when it resolves. When it throws `StoreUnavailable`, nothing is given up: the next flush tries again. */
  flush(): Promise<void>

  get<F extends Family>(scope: Scope, family: F, id: string): Promise<Families[F] | undefined>
  /** Those of the ids that are there, in any order. */
  getMany<F extends Family>(scope: Scope, family: F, ids: readonly string[]): Promise<Families[F][]>
  /** A page of documents in the order of time, or sorted by a field. `total` counts all that fit, not the page. */
  find<F extends Family>(scope: Scope, family: F, search: Search): Promise<Page<Families[F]>>
  /** Counts and figures of the documents of a range, grouped; computed in the store. */
  aggregate<F extends Family>(scope: Scope, family: F, asked: Aggregation): Promise<Aggregate>
  /** The most frequent values of a field, with counts: for completion. */
  values(scope: Scope, range: Range, field: string, prefix: string, most: number): Promise<{ value: string; count: number }[]>
  /** The newest status of each agent (`agent.id`), newest first. */
  latestStatuses(scope: Scope): Promise<StatusDocument[]>
  /** First and last time of the exchanges that are there, ms since 1970; undefined when there are none. */
  extent(scope: Scope): Promise<{ from: number; to: number; total: number } | undefined>
  /** Removes documents of a time before `before` (ms since 1970), whole time slices at a time. */
  expire(family: Family, before: number): Promise<void>
  /** Whether documents would be taken now. Throws `StoreUnavailable` with the reason when not. */
  health(): Promise<void>
  close(): Promise<void>
}

export interface Search {
  /** [from, to) in ms since 1970, fractions allowed. */
  from: number
  to: number
  filter: Filter
  size: number
  order: 'newest' | 'oldest'
  /** Sorted by a field instead (of one value, see `isSortable`): documents without it come last, those equal in it in `order`. */
  sort?: { field: string; order: 'asc' | 'desc' }
  /** Cursor of the page before, of the same order; opaque. `InvalidCursor` is thrown for anything else. */
  after?: string
}

/** The documents of a search, whatever is shown of them. */
export type Range = Pick<Search, 'from' | 'to' | 'filter'>

export interface Page<Document> {
  total: number
  items: Document[]
  /** Cursor for the page after; undefined at the end. */
  next: string | undefined
}

/**
 * What documents are grouped by. Of a grouping by quantity or time, documents without one are left out; of others their key is null.
 * `dimension`: a field, or one of `DIMENSIONS`. `time`: bins of so many whole ms. `width`: bins so wide. `perDecade`: so many bins from 1 to 10, from 10 to 100 …
 * Bins begin at whole multiples (of 1970), and their key is where they begin.
 */
export type Grouping = { dimension: string } | { time: number } | { field: string; width: number } | { field: string; perDecade: number }

/** `errors`: calls that `FAILED`. `bytes`: on the wire. `first` and `last`: ms since 1970. `sum:` is of a field that is a quantity. The others are of the duration, in ns; percentiles are within 2 %. */
export type Metric = 'errors' | 'bytes' | 'min' | 'mean' | 'max' | 'p50' | 'p90' | 'p99' | 'first' | 'last' | Sum
export type Sum = `sum:${string}`

/** The field of a sum; undefined: it is another metric. */
export const summed = (metric: Metric): string | undefined => (metric.startsWith('sum:') ? metric.slice(4) : undefined)

/** `count`, and the metrics asked for; one that no document gives is left out. */
export type Figures = { count: number } & { [metric in Metric]?: number }
export type Group = Figures & { key: (string | number | null)[] }

export interface Aggregation extends Range {
  /** None: one group of all. */
  groupBy: readonly Grouping[]
  metrics: readonly Metric[]
  /** Groups equal in it are in the order of their keys. */
  sort: { by: 'count' | 'key' | Metric; order: 'asc' | 'desc' }
  /** Groups answered at most. */
  most: number
}

export interface Aggregate {
  groups: Group[]
  /** Of all documents of the range. */
  total: Figures
  /** What the groups answered do not count: how many groups more there are, and what adds up. Left out where all are there, or a document may be in several groups. */
  others?: { groups: number; count: number; errors?: number; bytes?: number }
  /** There were more groups than the store looks at: those of other orders than by key may be missing. */
  partial?: true
}

/** Two documents with one id differ in time by less than this, in ms: clocks of two observers, not more. */
export const SAME_DOCUMENT_WITHIN = 600_000

/** The medium cannot take it now (full disk, away): may succeed later. */
export class StoreUnavailable extends Error {
  override name = 'StoreUnavailable'
}

/** The data cannot be used as they are: written by another version, in use by another process, damaged. The message says how to put it right. */
export class StoreUnusable extends Error {
  override name = 'StoreUnusable'
}

/** The cursor was not made by this store. */
export class InvalidCursor extends Error {
  override name = 'InvalidCursor'
}

/** Documents that are not JSON, or have no id or time, were left out; all others were kept. */
export class InvalidDocument extends Error {
  override name = 'InvalidDocument'
}
