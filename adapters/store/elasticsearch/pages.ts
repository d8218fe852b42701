import type { estypes } from '@elastic/elasticsearch'
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
  const after = search.after === undefined ? undefined : readCursor(search.after)
  const order = search.order === 'newest' ? 'desc' : 'asc'
  const request: estypes.SearchRequest = {
    query: within(scope, family, search),
    size: search.size + 1,
    sort: [{ '@timestamp': { order, format: 'strict_date_optional_time_nanos' } }, { 'event.id': { order, missing: '_first' } }],
    track_total_hits: true,
    ...(after && { search_after: [after.time, after.id] }),
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
    next: last && writeCursor({ time: String(last.sort![0]), id: String(last.sort![1]), view: name }),
  }
}

/** Elasticsearch counts all, since it was asked to. */
export const totalOf = ({ hits: { total } }: estypes.SearchResponse<unknown>): number =>
  typeof total === 'object' ? total.value : (total ?? 0)

const writeCursor = ({ time, id, view }: Cursor): string =>
  Buffer.from(JSON.stringify(view === undefined ? [time, id] : [time, id, view])).toString('base64url')

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

function readCursor(cursor: string): Cursor {
  try {
    const [time, id, view, ...more] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof time === 'string' && TIME.test(time) && !Number.isNaN(Date.parse(time)) && typeof id === 'string' && more.length === 0)
      if (view === undefined || typeof view === 'string') return { time, id, view }
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
