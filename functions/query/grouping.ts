import type { Aggregation, Grouping, Metric } from '#adapters/store/port.ts'
import { DIMENSIONS, type Dimension, findDimension } from '#engines/query/dimensions.ts'
import { findField, isOrdered } from '#engines/query/fields.ts'
import { Problem } from '../problem.ts'

/** Widths of bins that people can read, ms. */
const WIDTHS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5, 12e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5,
]
const MOST_KEYS = 4
const MOST_PER_DECADE = 50
export const METRICS: readonly Metric[] = ['errors', 'bytes', 'min', 'mean', 'max', 'p50', 'p90', 'p99', 'first', 'last']

/** The width of bins, ms, so that there are at most so many in a span. */
export const widthFor = (span: number, bins: number): number =>
  WIDTHS.find((width) => span / width <= bins) ?? Math.ceil(span / bins / 864e5) * 864e5

const wrong = (detail: string): Problem => new Problem(400, 'Bad request', detail)
const list = (text: string | undefined): string[] => (text ? text.split(',').map((part) => part.trim()) : [])

const unknown = (name: string, others: string): Problem =>
  wrong(
    `by=${name}: there is no such field. Give ${others} of docs/filters.md, or one of ${DIMENSIONS.map(({ name }) => name).join(', ')}.`,
  )

/** A dimension, or field, by its name. Throws Problem 400. */
export function parseDimension(name: string): Dimension {
  const dimension = findDimension(name)
  if (dimension === undefined) throw unknown(name, 'a field')
  return dimension
}

/** A key as bars have it. */
export const keyText = (key: string | number | null): string => String(key ?? 'none')

/**
 * What is grouped by, of the text of a query string: fields and dimensions, `time` (bins of `width` ms) or `time:60000`,
 * `event.duration:1000000` (bins so wide), `event.duration:log4` (four from 1 to 10, from 10 to 100 …). Throws Problem 400.
 */
export function parseGroupBy(text: string | undefined, width: number): Grouping[] {
  const groupings = list(text).map((part) => grouping(part, width))
  if (groupings.length > MOST_KEYS) throw wrong(`by has ${groupings.length} keys: give ${MOST_KEYS} at most.`)
  if (groupings.filter((each) => 'perDecade' in each).length > 1) throw wrong('by has two logarithmic keys: give one at most.')
  return groupings
}

function grouping(part: string, width: number): Grouping {
  const [, name, log, size] = /^([^:]*)(?::(log)?(\d+(?:\.\d+)?))?$/.exec(part) ?? []
  if (name === 'time' && !log) {
    const time = size === undefined ? width : Math.round(Number(size))
    if (time < 1) throw wrong('by=time: a bin is 1 ms wide at least.')
    return { time }
  }
  const dimension = name === undefined ? undefined : findDimension(name)
  if (dimension === undefined) throw unknown(part, 'time, a field')
  if (size === undefined) return { dimension: dimension.name }
  const field = findField(dimension.name)
  if (field === undefined || !isOrdered(field.type)) throw wrong(`by=${part}: ${dimension.name} is no quantity, so it has no bins.`)
  const bin = Number(size)
  if (log) {
    if (!Number.isInteger(bin) || bin < 1 || bin > MOST_PER_DECADE)
      throw wrong(`by=${part}: give 1 to ${MOST_PER_DECADE} bins from 1 to 10.`)
    return { field: field.name, perDecade: bin }
  }
  if (bin <= 0) throw wrong(`by=${part}: a bin is wider than 0.`)
  return { field: field.name, width: bin }
}

/** Throws Problem 400. */
export function parseMetrics(text: string | undefined): Metric[] {
  return [...new Set(list(text))]
    .filter((name) => name !== 'count')
    .map((name) => {
      const metric = METRICS.find((known) => known === name)
      if (metric === undefined) throw wrong(`metrics=${name}: there is no such figure. Give some of count, ${METRICS.join(', ')}.`)
      return metric
    })
}

/** `-count` (the most first), `key`, `p99`. What is sorted by is computed too. Throws Problem 400. */
export function parseSort(text: string | undefined): Aggregation['sort'] {
  const [, minus, name] = /^(-?)(.*)$/.exec(text || '-count')!
  const by = (['count', 'key', ...METRICS] as const).find((known) => known === name)
  if (by === undefined) throw wrong(`sort=${text}: give count, key or a metric, with - before it for the largest first.`)
  return { by, order: minus ? 'desc' : 'asc' }
}
