import type { DuckDBValue } from '@duckdb/node-api'
import { type Dimension, findDimension } from '#engines/query/dimensions.ts'
import { type Field, findField, isOrdered } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'
import { hasMany, withOthers } from '../others.ts'
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
import { derivedColumns } from './derived.ts'
import type { Reader } from './reader.ts'
import { Parameters } from './where.ts'

/** A grouping in SQL: its column in the inner SELECT, and what an answered value means. */
interface Key {
  column: string
  read(value: DuckDBValue): string | number | null
  /** Rows without it are left out. */
  needed: boolean
}

/** All at once: DuckDB computes what is written alike a single time. */
const PERCENTILES = 'approx_quantile(duration, [0.5, 0.9, 0.99])'

/** Of metrics over the inner SELECT's columns `duration`, `failed`, `bytes` and `time`. */
const METRICS: Record<Exclude<Metric, Sum>, string> = {
  errors: 'count(*) FILTER (failed)',
  bytes: 'sum(bytes)::BIGINT',
  min: 'min(duration)',
  mean: 'avg(duration)',
  max: 'max(duration)',
  p50: `${PERCENTILES}[1]`,
  p90: `${PERCENTILES}[2]`,
  p99: `${PERCENTILES}[3]`,
  first: 'epoch_us(min(time)) / 1000',
  last: 'epoch_us(max(time)) / 1000',
}

const metricColumn = (metric: Metric): string => {
  const field = summed(metric)
  return field === undefined ? METRICS[metric as Exclude<Metric, Sum>] : `sum(coalesce(${quoted(metric)}, 0))::DOUBLE`
}

export async function aggregate(reader: Reader, scope: Scope, family: Family, asked: Aggregation): Promise<Aggregate> {
  const { groupBy, metrics } = asked
  const whole = async () => (await grouped(reader, scope, family, { ...asked, groupBy: [] })).groups[0]
  const adds = groupBy.every(isWhole) && metrics.every((metric) => metric in ADDED || summed(metric) !== undefined)
  const [{ groups, there }, counted] = await Promise.all([
    grouped(reader, scope, family, asked),
    adds || groupBy.length === 0 ? undefined : whole(),
  ])
  const all = there === groups.length && groups.length > 0
  const { key: _, ...total } = groupBy.length === 0 ? groups[0] : (counted ?? (all ? added(groups, metrics) : await whole()))
  return withOthers(groups, there, total, groupBy)
}

/** How the figure of all follows from those of groups, where it does. */
const ADDED: { [metric in Metric]?: (one: number, other: number) => number } = {
  errors: (one, other) => one + other,
  bytes: (one, other) => one + other,
  min: Math.min,
  max: Math.max,
  first: Math.min,
  last: Math.max,
}

/** Is each document in just one of its groups? */
const isWhole = (grouping: Grouping): boolean => 'time' in grouping || ('dimension' in grouping && !hasMany(grouping))

function added(groups: readonly Group[], metrics: readonly Metric[]): Group {
  const all: Group = { key: [], count: groups.reduce((sum, { count }) => sum + count, 0) }
  for (const metric of metrics) {
    const figures = groups.flatMap((group) => group[metric] ?? [])
    if (figures.length > 0) all[metric] = figures.reduce(ADDED[metric] ?? ADDED.bytes!)
  }
  return all
}

async function grouped(reader: Reader, scope: Scope, family: Family, asked: Aggregation): Promise<{ groups: Group[]; there: number }> {
  const { groupBy, metrics, most } = asked
  const parameters = new Parameters()
  const keys = groupBy.map((grouping) => keyOf(grouping, family, parameters))
  const columns = [
    'time',
    ...keys.map(({ column }, i) => `${column} AS k${i}`),
    ...metrics.flatMap((metric) => {
      const field = summed(metric)
      return field === undefined ? [] : [`${quoted(field)} AS ${quoted(metric)}`]
    }),
    ...(metrics.some((metric) => /^(m|p)/.test(metric)) ? ['"event.duration" AS duration'] : []),
    ...(metrics.includes('errors') ? ['failed'] : []),
    ...(metrics.includes('bytes') ? ['bytes'] : []),
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
    'figures',
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

function keyOf(grouping: Grouping, family: Family, parameters: Parameters): Key {
  if ('dimension' in grouping) return dimensionKey(findDimension(grouping.dimension), family)
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

function dimensionKey(dimension: Dimension | undefined, family: Family): Key {
  const [source, ...others] = dimension?.sources ?? []
  const field = others.length === 0 && source !== undefined ? findField(source.field) : undefined
  const ordered = field !== undefined && isOrdered(field.type)
  return {
    column:
      field !== undefined
        ? fieldColumn(field)
        : derivedColumns(family, new Parameters()).some(({ name }) => name === dimension?.name)
          ? quoted(dimension!.name)
          : 'NULL',
    read: (value) => (value === null ? null : ordered ? Number(value) : String(value)),
    needed: false,
  }
}

const fieldColumn = ({ name, many }: Field): string =>
  many ? `unnest(CASE WHEN len(${quoted(name)}) > 0 THEN ${quoted(name)} ELSE [NULL] END)` : quoted(name)
