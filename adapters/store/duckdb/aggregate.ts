import type { DuckDBValue } from '@duckdb/node-api'
import { type Dimension, FAILED, findDimension, type Source } from '#engines/query/dimensions.ts'
import { findField, isOrdered } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'
import { bytesOf } from '../bytes.ts'
import { withOthers } from '../others.ts'
import {
  type Aggregate,
  type Aggregation,
  type Figures,
  type Group,
  type Grouping,
  type Metric,
  type Scope,
  type Sum,
  summed,
} from '../port.ts'
import { quoted } from './columns.ts'
import type { Reader } from './reader.ts'
import { Parameters, where } from './where.ts'

/** A grouping in SQL: its column in the inner SELECT, and what an answered value means. */
interface Key {
  column: string
  read(value: DuckDBValue): string | number | null
  /** Rows without it are left out. */
  needed: boolean
}

/** Of metrics over the inner SELECT's columns `duration`, `failed`, `bytes` and `time`. */
const METRICS: Record<Exclude<Metric, Sum>, string> = {
  errors: 'count(*) FILTER (failed)',
  bytes: 'sum(bytes)::BIGINT',
  min: 'min(duration)',
  mean: 'avg(duration)',
  max: 'max(duration)',
  p50: 'approx_quantile(duration, 0.5)',
  p90: 'approx_quantile(duration, 0.9)',
  p99: 'approx_quantile(duration, 0.99)',
  first: 'epoch_us(min(time)) / 1000',
  last: 'epoch_us(max(time)) / 1000',
}

const metricColumn = (metric: Metric): string => {
  const field = summed(metric)
  return field === undefined ? METRICS[metric as Exclude<Metric, Sum>] : `sum(coalesce(${quoted(metric)}, 0))::DOUBLE`
}

export async function aggregate(reader: Reader, scope: Scope, family: Family, asked: Aggregation): Promise<Aggregate> {
  const [{ groups, there }, whole] = await Promise.all([
    grouped(reader, scope, family, asked),
    asked.groupBy.length > 0 ? grouped(reader, scope, family, { ...asked, groupBy: [] }) : undefined,
  ])
  const { key: _, ...total } = (whole?.groups ?? groups)[0]
  return withOthers(groups, there, total, asked.groupBy)
}

async function grouped(reader: Reader, scope: Scope, family: Family, asked: Aggregation): Promise<{ groups: Group[]; there: number }> {
  const { groupBy, metrics, most } = asked
  const parameters = new Parameters()
  const keys = groupBy.map((grouping) => keyOf(grouping, parameters))
  const columns = [
    'time',
    ...keys.map(({ column }, i) => `${column} AS k${i}`),
    ...metrics.flatMap((metric) => {
      const field = summed(metric)
      return field === undefined ? [] : [`${quoted(field)} AS ${quoted(metric)}`]
    }),
    ...(metrics.some((metric) => /^(m|p)/.test(metric)) ? ['"event.duration" AS duration'] : []),
    ...(metrics.includes('errors') ? [`coalesce(${where(FAILED, family, parameters)}, false) AS failed`] : []),
    ...(metrics.includes('bytes') ? [`${bytes(family)} AS bytes`] : []),
  ]
  const select = reader.select(scope, family, asked, columns.join(', '), parameters)
  if (select === undefined) return keys.length > 0 ? { groups: [], there: 0 } : { groups: [{ key: [], count: 0 }], there: 1 }
  const names = keys.map((_, i) => `k${i}`)
  const needed = names.filter((_, i) => keys[i].needed).map((name) => `${name} IS NOT NULL`)
  const rows = await reader.rows(
    `SELECT ${[...names, 'count(*) AS count', ...metrics.map((metric) => `${metricColumn(metric)} AS ${quoted(metric)}`), 'count(*) OVER () AS there'].join(', ')}
     FROM (${select}) ${needed.length > 0 ? `WHERE ${needed.join(' AND ')}` : ''} ${names.length > 0 ? `GROUP BY ${names.join(', ')}` : ''}
     ORDER BY ${order(asked, names)} LIMIT ${parameters.bindWhole(most)}`,
    parameters,
    scope.signal,
  )
  const groups = rows.map((row): Group => {
    const figures = row.slice(keys.length + 1, -1).map((value, i) => [metrics[i], value === null ? undefined : Number(value)] as const)
    return {
      key: keys.map((key, i) => key.read(row[i])),
      count: Number(row[keys.length]),
      ...(Object.fromEntries(figures.filter(([, value]) => value !== undefined)) as Partial<Figures>),
    }
  })
  return { groups, there: Number(rows[0]?.at(-1) ?? 0) }
}

function order({ sort }: Aggregation, names: readonly string[]): string {
  const direction = sort.order === 'asc' ? 'ASC' : 'DESC'
  const keys = (direction: string) => names.map((name) => `${name} ${direction} NULLS LAST`)
  const terms = sort.by === 'key' ? keys(direction) : [`${quoted(sort.by)} ${direction} NULLS LAST`, ...keys('ASC')]
  return terms.length > 0 ? terms.join(', ') : 'count'
}

const bytes = (family: Family): string =>
  bytesOf(family)
    .map((name) => `coalesce(${quoted(name)}, 0)`)
    .join(' + ') || '0'

function keyOf(grouping: Grouping, parameters: Parameters): Key {
  if ('dimension' in grouping) return dimensionKey(findDimension(grouping.dimension))
  if ('time' in grouping)
    return {
      column: `epoch_us(time) // ${parameters.bindWhole(Math.round(grouping.time * 1000))}`,
      read: (bin) => Number(bin) * grouping.time,
      needed: true,
    }
  const column = quoted(grouping.field)
  if ('width' in grouping)
    return {
      column: `floor(${column} / ${parameters.bind(grouping.width)}::DOUBLE)`,
      read: (bin) => Number(bin) * grouping.width,
      needed: true,
    }
  return {
    column: `floor(log10(greatest(${column}, 1)) * ${parameters.bindWhole(grouping.perDecade)} + 1e-9)`, // a little more: the logarithm of 1000 is a little less than 3
    read: (bin) => 10 ** (Number(bin) / grouping.perDecade),
    needed: true,
  }
}

function dimensionKey(dimension: Dimension | undefined): Key {
  const columns = dimension?.sources.map(sourceColumn) ?? ['NULL']
  const ordered = columns.length === 1 && dimension !== undefined && !dimension.sources[0].hundreds && isOrderedField(dimension.sources[0])
  return {
    column: columns.length === 1 ? columns[0] : `coalesce(${columns.join(', ')})`,
    read: (value) => (value === null ? null : ordered ? Number(value) : String(value)),
    needed: false,
  }
}

const isOrderedField = ({ field }: Source): boolean => isOrdered(findField(field)!.type)

function sourceColumn({ field, hundreds }: Source): string {
  const column = quoted(field)
  if (hundreds) return `(${column} // 100) || 'xx'`
  return findField(field)?.many ? `unnest(CASE WHEN len(${column}) > 0 THEN ${column} ELSE [NULL] END)` : column
}
