import type { estypes } from '@elastic/elasticsearch'
import { FAILED } from '#engines/query/dimensions.ts'
import type { Family } from '#events/documents/families.ts'
import { bytesOf } from '../bytes.ts'
import { type Figures, type Metric, summed } from '../port.ts'
import { where } from './where.ts'

type Aggregations = Record<string, estypes.AggregationsAggregationContainer>

/** A bucket of an answer, or the whole of it: its count, and what was computed of it. */
export interface Bucket {
  doc_count: number
  [name: string]: unknown
}

const DURATION = 'event.duration'
const PERCENTS: Partial<Record<Metric, number>> = { p50: 50, p90: 90, p99: 99 }

/** What is computed of each group. */
export function metricsOf(family: Family, metrics: readonly Metric[]): Aggregations {
  const aggs: Aggregations = {}
  const percents = metrics.flatMap((metric) => PERCENTS[metric] ?? [])
  if (percents.length > 0) aggs.percentiles = { percentiles: { field: DURATION, percents, keyed: true } }
  for (const metric of metrics) {
    const field = summed(metric)
    if (field !== undefined) aggs[metric] = { sum: { field } }
    else if (metric === 'errors') aggs.errors = { filter: where(FAILED, family) }
    else if (metric === 'min' || metric === 'max') aggs[metric] = { [metric]: { field: DURATION } }
    else if (metric === 'mean') aggs.mean = { avg: { field: DURATION } }
    else if (metric === 'first') aggs.first = { min: { field: '@timestamp' } }
    else if (metric === 'last') aggs.last = { max: { field: '@timestamp' } }
    else if (metric === 'bytes') for (const field of bytesOf(family)) aggs[`bytes:${field}`] = { sum: { field } }
  }
  return aggs
}

export function figuresOf(bucket: Bucket, family: Family, metrics: readonly Metric[]): Figures {
  const figures: Figures = { count: bucket.doc_count }
  for (const metric of metrics) {
    const value = figureOf(bucket, family, metric)
    if (value !== null && value !== undefined && Number.isFinite(value)) figures[metric] = value
  }
  return figures
}

function figureOf(bucket: Bucket, family: Family, metric: Metric): number | null | undefined {
  if (bucket.doc_count === 0) return undefined // where there is no index yet, nothing is computed
  const percent = PERCENTS[metric]
  if (percent !== undefined) return (bucket.percentiles as { values: Record<string, number | null> }).values[percent.toFixed(1)]
  if (metric === 'errors') return (bucket.errors as Bucket).doc_count
  if (metric === 'bytes') return bytesOf(family).reduce((sum, field) => sum + numberOf(bucket[`bytes:${field}`])!, 0)
  return numberOf(bucket[metric])
}

const numberOf = (aggregate: unknown): number | null => (aggregate as { value: number | null }).value
