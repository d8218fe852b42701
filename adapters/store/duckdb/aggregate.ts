import type { DuckDBValue } from '@duckdb/node-api'
import { type Dimension, findDimension } from '#engines/query/dimensions.ts'
import { type Field, findField, isOrdered } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'
import { hasMany, withOthers } from '../others.ts'
import { type Aggregate, type Aggregation, type Figures, type Group, type Grouping, type Metric, type Scope, summed } from '../port.ts'
import { quoted } from './columns.ts'
import { derivedColumns } from './derived.ts'
import { CLASSES_PER_DECADE, DURATION_CLASS, logarithmicClass } from './duration-classes.ts'
import { isPercentile, selectFigures } from './figures.ts'
import type { Reader } from './reader.ts'
import { Parameters } from './where.ts'

/** A grouping in SQL: its column in the inner SELECT, and what an answered value means. */
interface Key {
  column: string
  read(value: DuckDBValue): string | number | null
  /** Rows without it are left out. */
  needed: boolean
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
    ...(metrics.some(isPercentile) ? [`${DURATION_CLASS.name} AS class`] : []),
    ...(metrics.includes('errors') ? ['failed'] : []),
    ...(metrics.includes('bytes') ? ['bytes'] : []),
  ]
  const select = reader.select(scope, family, asked, columns.join(', '), parameters)
  if (select === undefined) return keys.length > 0 ? { groups: [], there: 0 } : { groups: [{ key: [], count: 0 }], there: 1 }
  const names = keys.map((_, i) => `k${i}`)
  const needed = names.filter((_, i) => keys[i].needed).map((name) => `${name} IS NOT NULL`)
  const counted = needed.length > 0 ? `SELECT * FROM (${select}) WHERE ${needed.join(' AND ')}` : select
  const rows = await reader.rows(
    `SELECT *, count(*) OVER () AS there FROM (${selectFigures(metrics, names, counted)})
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
  const classes = CLASSES_PER_DECADE / grouping.perDecade
  return {
    column:
      grouping.field === 'event.duration' && Number.isInteger(classes)
        ? `${DURATION_CLASS.name} // ${classes}`
        : logarithmicClass(column, parameters.bindWhole(grouping.perDecade)),
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
