import type { estypes } from '@elastic/elasticsearch'
import { findField, isOrdered } from '#engines/query/fields.ts'
import type { Families, Family } from '#events/documents/families.ts'
import { InvalidCursor, type Page, type Scope, type Search } from '../port.ts'
import { idOf } from './line.ts'
import type { Found, PointsInTime } from './points-in-time.ts'
import { ofTeam, type Reader, within } from './reader.ts'

/** Where a page ended, and the point in time that the next one is read from, if one was opened. */
interface Cursor {
  time: string
  id: string
  view: string | undefined
  /** What was sorted by. */
  key?: string | number | null
}

/** Ids of one request: its answer is held in memory as a whole. */
const IDS_AT_ONCE = 1000

/**
 * One document more than asked for tells that there is a next page. Time and id give a total order, so that pages follow one another without
 * a point in time as well: one is opened only when somebody goes on to a second page, and where it has gone by then, a new one takes its place.
 */
export async function find<F extends Family>(
  reader: Reader,
  points: PointsInTime,
  scope: Scope,
  family: F,
  search: Search,
): Promise<Page<Families[F]>> {
  const after = search.after === undefined ? undefined : readCursor(search.after, search.sort !== undefined)
  const order = search.order === 'newest' ? 'desc' : 'asc'
  const request: estypes.SearchRequest = {
    query: within(scope, family, search),
    size: search.size + 1,
    sort: [
      ...sortOf(search),
      { '@timestamp': { order, format: 'strict_date_optional_time_nanos' } },
      { 'event.id': { order, missing: '_first' } },
    ],
    track_total_hits: true,
    ...(after && { search_after: [...(search.sort ? [after.key!] : []), after.time, after.id] }),
  }
  const { response, name }: Found<Families[F]> = after
    ? await reader.ask(() => points.search(family, after.view, request))
    : { response: await reader.search(family, request, scope.signal), name: undefined }
  const { hits } = response.hits
  const last = hits.length > search.size ? hits[search.size - 1] : undefined
  if (last === undefined && name !== undefined) points.close(name)
  return {
    total: totalOf(response),
    items: hits.slice(0, search.size).map(({ _source }) => _source!),
    next: last && cursorOf(last.sort!, name),
  }
}

const sortOf = ({ sort }: Search): estypes.SortOptions[] => {
  const field = sort && findField(sort.field)
  return field ? [{ [field.name]: { order: sort.order, missing: '_last', unmapped_type: isOrdered(field.type) ? 'long' : 'keyword' } }] : []
}

function cursorOf(sort: estypes.SortResults, view: string | undefined): string {
  const [time, id] = sort.slice(-2).map(String)
  return writeCursor({ time, id, view, ...(sort.length > 2 && { key: keyOf(sort[0]) }) })
}

/** Where a number is missing Elasticsearch sorts by the last one of 64 bits, which JSON rounds; it takes text as well. */
const keyOf = (value: estypes.FieldValue): string | number | null =>
  typeof value !== 'number' || Number.isSafeInteger(value) ? (value as string | number | null) : value > 0 ? LAST : FIRST
const LAST = String(2n ** 63n - 1n)
const FIRST = String(-(2n ** 63n))

/** Elasticsearch counts all, since it was asked to. */
export const totalOf = ({ hits: { total } }: estypes.SearchResponse<unknown>): number =>
  typeof total === 'object' ? total.value : (total ?? 0)

const writeCursor = ({ time, id, view, key }: Cursor): string =>
  Buffer.from(JSON.stringify([time, id, view ?? null, ...(key === undefined ? [] : [key])])).toString('base64url')

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

function readCursor(cursor: string, sorted: boolean): Cursor {
  try {
    const [time, id, view, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const isTime = typeof time === 'string' && TIME.test(time) && !Number.isNaN(Date.parse(time))
    const areKeys = keys.length === Number(sorted) && keys.every((key) => key === null || ['string', 'number'].includes(typeof key))
    if (isTime && typeof id === 'string' && (view === null || typeof view === 'string') && areKeys)
      return { time, id, view: view ?? undefined, key: keys[0] as Cursor['key'] }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
  }
  throw new InvalidCursor('the cursor is not one that a page before gave: begin again without it')
}

export async function getMany<F extends Family>(reader: Reader, scope: Scope, family: F, ids: readonly string[]): Promise<Families[F][]> {
  const wanted = [...new Set(ids)].map((id) => idOf(scope.team, id))
  const found: Families[F][] = []
  for (let i = 0; i < wanted.length; i += IDS_AT_ONCE) {
    const values = wanted.slice(i, i + IDS_AT_ONCE)
    const { hits } = await reader.search<Families[F]>(family, {
      query: ofTeam(scope, { ids: { values } }),
      size: values.length,
      sort: ['_doc'],
    })
    found.push(...hits.hits.map(({ _source }) => _source!))
  }
  return found
}
