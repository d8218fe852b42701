import { type DuckDBValue, listValue } from '@duckdb/node-api'
import { findField, isOrdered } from '#engines/query/fields.ts'
import { fold } from '#engines/query/fold.ts'
import type { Families, Family } from '#events/documents/families.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Page, Range, Scope, Search } from '../port.ts'
import { quoted } from './columns.ts'
import { bindKey, type Cursor, orderOf, readCursor, writeCursor } from './cursor.ts'
import { place, type Reader } from './reader.ts'
import { Parameters } from './where.ts'

const PLACE = 'time, "event.id" AS id, block, line'

export async function find<F extends Family>(reader: Reader, scope: Scope, family: F, search: Search): Promise<Page<Families[F]>> {
  const after = search.after === undefined ? undefined : readCursor(search.after, search.sort !== undefined)
  const [total, rows] = await Promise.all([count(reader, scope, family, search), page(reader, scope, family, search, after)])
  const shown = rows.slice(0, search.size)
  const items = await reader.documents<Families[F]>(
    family,
    shown.map(([slice, , , block, line]) => place(slice, block, line)),
  )
  const last = shown.at(-1)
  return {
    total,
    items,
    next: rows.length > search.size && last !== undefined ? cursorOf(last, search) : undefined,
  }
}

async function count(reader: Reader, scope: Scope, family: Family, range: Range): Promise<number> {
  const parameters = new Parameters()
  const select = reader.select(scope, family, range, 'count(*) AS n', parameters)
  if (select === undefined) return 0
  return Number((await reader.rows(`SELECT sum(n)::BIGINT FROM (${select})`, parameters, scope.signal))[0][0])
}

/** One row more than asked for tells that there is a next page. */
async function page(reader: Reader, scope: Scope, family: Family, search: Search, after: Cursor | undefined): Promise<DuckDBValue[][]> {
  const most = search.size + 1
  if (search.sort !== undefined) return sortedRows(reader, scope, family, search, search.sort, after, most)
  const newest = search.order === 'newest'
  let left: Search = search
  const rows: DuckDBValue[][] = []
  if (after !== undefined) {
    const [from, to] = [after.time / 1000, (after.time + 1) / 1000]
    rows.push(...(await rowsOf(reader, scope, family, { ...search, from, to }, after, most)))
    left = { ...search, ...(newest ? { to: Math.min(search.to, from) } : { from: Math.max(search.from, to) }) }
  }
  for (const stretch of reader.stretches(family, left, newest)) {
    if (rows.length === most) break
    const narrow = await narrowed(reader, scope, family, { ...left, ...stretch }, most - rows.length)
    if (narrow !== undefined) rows.push(...(await rowsOf(reader, scope, family, narrow, undefined, most - rows.length)))
  }
  return rows
}

/** Rows sorted by a field. The last value that the page needs is found first, in that column alone; then only rows up to it are looked at: a fifth of the cost. */
async function sortedRows(
  reader: Reader,
  scope: Scope,
  family: Family,
  search: Search,
  { field, order }: NonNullable<Search['sort']>,
  after: Cursor | undefined,
  most: number,
): Promise<DuckDBValue[][]> {
  const parameters = new Parameters()
  const select = reader.select(scope, family, search, `${quoted(field)} AS key`, parameters)
  if (select === undefined) return []
  const [direction, beyond, upTo] = order === 'asc' ? ['ASC', '>', '<='] : ['DESC', '<', '>=']
  const from = after === undefined ? 'IS NOT NULL' : after.key == null ? undefined : `${beyond} ${bindKey(after.key, parameters)}`
  const keys =
    from === undefined
      ? []
      : await reader.rows(
          `SELECT key FROM (${select}) WHERE key ${from} ORDER BY key ${direction} LIMIT ${parameters.bindWhole(most)}`,
          parameters,
          scope.signal,
        )
  const last = keys.length === most ? keyOf(keys[most - 1][0]) : null
  return rowsOf(reader, scope, family, search, after, most, (parameters) =>
    last === null ? [] : [`key ${upTo} ${bindKey(last, parameters)}`],
  )
}

/** The stretch of a search that its first rows lie in; undefined where there are none. To find it only times are looked at, then zone maps leave out all else: a tenth of the cost. */
async function narrowed(reader: Reader, scope: Scope, family: Family, search: Search, most: number): Promise<Search | undefined> {
  const parameters = new Parameters()
  const select = reader.select(scope, family, search, 'time', parameters)
  if (select === undefined) return undefined
  const direction = search.order === 'newest' ? 'DESC' : 'ASC'
  const [[first, last]] = await reader.rows(
    `SELECT epoch_us(min(time)), epoch_us(max(time)) FROM (SELECT time FROM (${select}) ORDER BY time ${direction} LIMIT ${parameters.bindWhole(most)})`,
    parameters,
    scope.signal,
  )
  return first === null ? undefined : { ...search, from: Number(first) / 1000, to: (Number(last) + 1) / 1000 }
}

async function rowsOf(
  reader: Reader,
  scope: Scope,
  family: Family,
  search: Search,
  after: Cursor | undefined,
  most: number,
  conditions: (parameters: Parameters) => string[] = () => [],
): Promise<DuckDBValue[][]> {
  const parameters = new Parameters()
  const select = reader.select(scope, family, search, `${PLACE}${search.sort ? `, ${quoted(search.sort.field)} AS key` : ''}`, parameters)
  if (select === undefined) return []
  const { order, beyond } = orderOf(search)
  const all = [...(after ? [beyond(after, parameters)] : []), ...conditions(parameters)]
  return reader.rows(
    `SELECT slice, epoch_us(time), id, block, line${search.sort ? ', key' : ''} FROM (${select})${all.length > 0 ? ` WHERE ${all.join(' AND ')}` : ''}
     ORDER BY ${order} LIMIT ${parameters.bindWhole(most)}`,
    parameters,
    scope.signal,
  )
}

function cursorOf([, time, id, , , key]: DuckDBValue[], { sort }: Search): string {
  const place = { time: Number(time), id: String(id) }
  return writeCursor(sort ? { ...place, key: keyOf(key) } : place)
}

const keyOf = (value: DuckDBValue): string | number | null =>
  typeof value === 'bigint' ? Number(value) : value === null ? null : String(value)

export async function getMany<F extends Family>(reader: Reader, scope: Scope, family: F, ids: readonly string[]): Promise<Families[F][]> {
  if (ids.length === 0) return []
  const parameters = new Parameters()
  const wanted = ids.length === 1 ? `= ${parameters.bind(ids[0])}` : `IN (SELECT unnest(${parameters.bind(listValue(ids))}))`
  const select = reader.selectAll(scope, family, 'block, line', parameters, `"event.id" ${wanted}`)
  if (select === undefined) return []
  const rows = await reader.rows(select, parameters)
  return reader.documents(
    family,
    rows.map(([slice, block, line]) => place(slice, block, line)),
  )
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
  const parameters = new Parameters()
  const column = quoted(field.name)
  const value = field.many ? `unnest(${column})` : isOrdered(field.type) ? `${column}::VARCHAR` : column
  const select = reader.select(scope, 'exchanges', range, `${value} AS value`, parameters)
  if (select === undefined) return []
  const start = parameters.bind(fold(prefix))
  const rows = await reader.rows(
    `SELECT value, count(*) AS n FROM (${select}) WHERE starts_with(lower(value), ${start}) GROUP BY value ORDER BY n DESC, value LIMIT ${parameters.bindWhole(most)}`,
    parameters,
    scope.signal,
  )
  return rows.map(([value, count]) => ({ value: String(value), count: Number(count) }))
}

export async function latestStatuses(reader: Reader, scope: Scope): Promise<StatusDocument[]> {
  const parameters = new Parameters()
  const select = reader.selectAll(scope, 'status', `${PLACE}, "agent.id" AS agent`, parameters)
  if (select === undefined) return []
  const rows = await reader.rows(
    `SELECT slice, block, line FROM (${select}) QUALIFY row_number() OVER (PARTITION BY agent ORDER BY time DESC, id DESC) = 1 ORDER BY time DESC, agent`,
    parameters,
  )
  return reader.documents(
    'status',
    rows.map(([slice, block, line]) => place(slice, block, line)),
  )
}

export async function extent(reader: Reader, scope: Scope): Promise<{ from: number; to: number; total: number } | undefined> {
  const parameters = new Parameters()
  const select = reader.selectAll(scope, 'exchanges', 'min(time) AS first, max(time) AS last, count(*) AS n', parameters)
  if (select === undefined) return undefined
  const [[first, last, total]] = await reader.rows(
    `SELECT epoch_us(min(first)), epoch_us(max(last)), sum(n)::BIGINT FROM (${select})`,
    parameters,
  )
  return Number(total) === 0 ? undefined : { from: Number(first) / 1000, to: Number(last) / 1000, total: Number(total) }
}
