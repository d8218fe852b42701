import type { estypes } from '@elastic/elasticsearch'
import { findDimension, type Source } from '#engines/query/dimensions.ts'
import { findField, isOrdered } from '#engines/query/fields.ts'
import type { Grouping } from '../port.ts'
import { folded } from './mappings.ts'

type Query = estypes.QueryDslQueryContainer
type CompositeSource = estypes.AggregationsCompositeAggregationSource
export type KeyValue = string | number | null

/** Groupings in Elasticsearch: sources of a composite aggregation, which documents they are of, and what their values mean. */
export interface Part {
  sources: CompositeSource[]
  conditions: Query[]
  reads: ((value: KeyValue) => KeyValue)[]
}

/** All combinations of the sources of the groupings. No document is in two of them, so each can be counted on its own. */
export function partsOf(groupBy: readonly Grouping[]): Part[] {
  let parts: Part[] = [{ sources: [], conditions: [], reads: [] }]
  for (const grouping of groupBy) {
    const choices = choicesOf(grouping)
    parts = parts.flatMap((part) =>
      choices.map(({ source, conditions, read }) => ({
        sources: [...part.sources, source],
        conditions: [...part.conditions, ...conditions],
        reads: [...part.reads, read],
      })),
    )
  }
  return parts
}

interface Choice {
  source: CompositeSource
  conditions: Query[]
  read: (value: KeyValue) => KeyValue
}

function choicesOf(grouping: Grouping): Choice[] {
  if ('time' in grouping) {
    const fixed_interval = `${Math.max(1, Math.round(grouping.time))}ms` // an index of times in ms is what Elasticsearch makes bins of
    return [{ source: { date_histogram: { field: '@timestamp', fixed_interval } }, conditions: [], read: Number }]
  }
  if ('width' in grouping)
    return [{ source: { histogram: { field: grouping.field, interval: grouping.width } }, conditions: [], read: Number }]
  const sources = 'dimension' in grouping ? (findDimension(grouping.dimension)?.sources ?? []) : []
  return sources.map((source, i) => ({
    ...sourceOf(source, i === sources.length - 1),
    conditions: [
      ...sources.slice(0, i).map(({ field }): Query => ({ bool: { must_not: { exists: { field } } } })),
      ...(i < sources.length - 1 ? [{ exists: { field: source.field } }] : []),
    ],
  }))
}

function sourceOf({ field, hundreds }: Source, missing_bucket: boolean): Omit<Choice, 'conditions'> {
  if (hundreds)
    return {
      source: { histogram: { field, interval: 100, missing_bucket } },
      read: (value) => (value === null ? null : `${Number(value) / 100}xx`),
    }
  const { type } = findField(field)!
  return {
    source: { terms: { field: type === 'ip' ? folded(field) : field, missing_bucket } }, // addresses are written in one way only, which is in lower case
    read: (value) => (value === null ? null : isOrdered(type) ? Number(value) : String(value)),
  }
}
