import { type Metric, type Sum, summed } from '../port.ts'
import { quoted } from './columns.ts'

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 }
type Percentile = keyof typeof SHARES

export const isPercentile = (metric: Metric): metric is Percentile => metric in SHARES

/** Of rows with `duration`, `failed`, `bytes` and `time`; and of parts that they were counted in before, whose columns have the names of metrics. */
const METRICS: Record<Exclude<Metric, Sum | Percentile>, [ofRows: string, ofParts: string]> = {
  errors: ['count(*) FILTER (failed)', 'coalesce(sum(errors), 0)::BIGINT'],
  bytes: ['sum(bytes)::BIGINT', 'sum(bytes)::BIGINT'],
  min: ['min(duration)', 'min("min")'],
  mean: ['avg(duration)', 'sum(spent) / sum(timed)'],
  max: ['max(duration)', 'max("max")'],
  first: ['epoch_us(min(time)) / 1000', 'min("first")'],
  last: ['epoch_us(max(time)) / 1000', 'max("last")'],
}

function sqlOf(metric: Metric): [ofRows: string, ofParts: string] {
  if (isPercentile(metric)) return ['', `min(spent / timed) FILTER (upto >= ${SHARES[metric]} * timed_in_all)`]
  const name = quoted(metric)
  return summed(metric) === undefined ? METRICS[metric as keyof typeof METRICS] : [`sum(coalesce(${name}, 0))::DOUBLE`, `sum(${name})`]
}

/**
 * A SELECT of keys, `count` and metrics, a row for each group. `rows` is a SELECT of the keys, of what the metrics need, and for percentiles of `class`:
 * then each class of durations is counted first, and the percentile lies in the first class up to which there are enough.
 */
export function selectFigures(metrics: readonly Metric[], keys: readonly string[], rows: string): string {
  const grouped = (keys: readonly string[]): string => (keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : '')
  const figures = (metrics: readonly Metric[], of: 0 | 1) => metrics.map((metric) => `${sqlOf(metric)[of]} AS ${quoted(metric)}`)
  if (!metrics.some(isPercentile))
    return `SELECT ${[...keys, 'count(*) AS count', ...figures(metrics, 0)].join(', ')} FROM (${rows}) ${grouped(keys)}`
  const parts = [
    ...keys,
    'class',
    'count(*) AS count',
    'count(duration)::DOUBLE AS timed',
    'sum(duration)::DOUBLE AS spent',
    ...figures(
      metrics.filter((metric) => !isPercentile(metric) && metric !== 'mean'),
      0,
    ),
  ]
  const within = keys.length > 0 ? `PARTITION BY ${keys.join(', ')}` : ''
  return `WITH parts AS (SELECT ${parts.join(', ')} FROM (${rows}) ${grouped([...keys, 'class'])}),
    ranked AS (SELECT *, sum(timed) OVER (${within} ORDER BY class) AS upto, sum(timed) OVER (${within}) AS timed_in_all FROM parts)
    SELECT ${[...keys, 'coalesce(sum(count), 0)::BIGINT AS count', ...figures(metrics, 1)].join(', ')} FROM ranked ${grouped(keys)}`
}
