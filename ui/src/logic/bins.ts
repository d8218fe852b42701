import type { Bin } from '#events/documents/live.ts'
import type { Span } from './range.ts'

/** A part of the bars: what it is called, and the colour variable it has. */
export interface Part {
  key: string
  name: string
  colour: string
}

const part = (key: string, name: string, colour = `bar-${key}`): Part => ({ key, name, colour })

/** Keys whose meaning is known, worst first: the worst stand at the foot of a bar, where small counts can be compared. */
const KNOWN: Readonly<Record<string, readonly Part[]>> = {
  status_class: [
    part('5xx', '5xx server error'),
    part('failure', 'failed', 'bar-5xx'),
    part('4xx', '4xx client error'),
    part('unknown', 'outcome unknown', 'bar-none'),
    part('none', 'no answer yet'),
    part('3xx', '3xx redirect'),
    part('2xx', '2xx success'),
    part('success', 'succeeded', 'bar-2xx'),
    part('1xx', '1xx informational'),
  ],
  'event.outcome': [
    part('failure', 'failed', 'bar-5xx'),
    part('unknown', 'unknown', 'bar-none'),
    part('none', 'not known', 'bar-1xx'),
    part('success', 'succeeded', 'bar-2xx'),
  ],
  'spider.status': [
    part('malformed', 'malformed', 'bar-5xx'),
    part('incomplete', 'incomplete', 'bar-4xx'),
    part('pending', 'pending', 'bar-1xx'),
    part('complete', 'complete', 'bar-2xx'),
  ],
}
/** Colours for keys of any other kind. */
const SERIES = 8
export const OTHERS = part('\u2026', 'others', 'bar-1xx')

/** What `/histogram` answers. Bins without calls may be absent. */
export interface Histogram {
  from: number
  to: number
  width: number
  bins: Bin[]
}

/** Widths of bins that people can read, in ms: those that the server chooses among. */
const WIDTHS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5, 12e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5,
]

/** A readable width of bins, ms, so that a stretch of `ms` has at most about `most` of them. */
export const widthOf = (ms: number, most: number): number => WIDTHS.find((width) => ms / width <= most) ?? WIDTHS.at(-1)!

/** The question to ask so that bins have a readable width and lie where they lay before, however the range moves: at most about `most` of them. */
export function binsFor({ from, to }: Span, most: number): Span & { bins: number } {
  const width = widthOf(to - from, most)
  const start = Math.floor(from / width) * width
  const bins = Math.max(Math.ceil((to - start) / width - 1e-9), 1)
  return { from: start, to: start + bins * width, bins }
}

/** Bars: `times[i]` is the start of bin i, `counts[p][i]` its calls of `parts[p]`, `totals[i]` their sum. */
export interface Bars {
  width: number
  times: number[]
  parts: Part[]
  counts: number[][]
  totals: number[]
  total: number
}

const MOST_BINS = 5000

/** The parts of a histogram: those known for the dimension in their order, of others the largest by name, then the rest as one. */
function partsOf(bins: Histogram['bins'], by: string): Part[] {
  const sums = new Map<string, number>()
  for (const { key, count } of bins) sums.set(key, (sums.get(key) ?? 0) + count)
  const known = KNOWN[by]?.filter(({ key }) => sums.has(key)) ?? []
  for (const { key } of known) sums.delete(key)
  const largest = [...sums].sort((a, b) => b[1] - a[1]).slice(0, SERIES)
  const named = largest.map(([key]) => key).sort()
  const own = named.map((key, i) => part(key, key === 'none' ? 'none' : key, `series-${i + 1}`))
  return [...known, ...own, ...(sums.size > largest.length ? [OTHERS] : [])]
}

/** One bar per bin from the first to the last, those without calls included. */
export function toBars({ from, to, width, bins }: Histogram, by: string): Bars {
  const start = bins.length > 0 ? bins.reduce((least, bin) => Math.min(least, bin.time), Number.POSITIVE_INFINITY) : from
  // The server aligns bins to their width; what it sent tells where they lie.
  const first = start - Math.ceil((start - from) / width - 1e-6) * width
  const size = width > 0 ? Math.min(Math.max(Math.ceil((to - first) / width - 1e-6), 1), MOST_BINS) : 0
  const times = Array.from({ length: size }, (_, i) => first + i * width)
  const zeros = () => new Array<number>(size).fill(0)
  const parts = partsOf(bins, by)
  const places = new Map(parts.map(({ key }, i) => [key, i]))
  const counts = parts.map(zeros)
  const totals = zeros()
  let total = 0
  for (const bin of bins) {
    const at = Math.round((bin.time - first) / width)
    if (at < 0 || at >= size) continue
    counts[places.get(bin.key) ?? parts.length - 1][at] += bin.count
    totals[at] += bin.count
    total += bin.count
  }
  return { width, times, parts, counts, totals, total }
}

/**
 * Heights of the parts of one bar, from its foot, for `values` that fill `scale` px each.
 * A part with calls is at least `least` px high: one error among thousands is what one looks for.
 */
export function stack(values: number[], scale: number, least = 2): { from: number; to: number }[] {
  let foot = 0
  return values.map((value) => {
    const from = foot
    foot += value > 0 ? Math.max(value * scale, least) : 0
    return { from, to: foot }
  })
}
