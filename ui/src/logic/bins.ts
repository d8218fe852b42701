import type { Span } from './range.ts'

/** Status classes, worst first: the worst stand at the foot of a bar, where small counts can be compared. */
export const CLASSES = ['5xx', '4xx', 'none', '3xx', '2xx', '1xx'] as const
export type StatusClass = (typeof CLASSES)[number]

export const CLASS_NAMES: Record<StatusClass, string> = {
  '5xx': '5xx server error',
  '4xx': '4xx client error',
  none: 'no status code',
  '3xx': '3xx redirect',
  '2xx': '2xx success',
  '1xx': '1xx informational',
}

/** What `/histogram` answers. Bins without calls may be absent. */
export interface Histogram {
  from: number
  to: number
  width: number
  bins: { time: number; key: string; count: number }[]
}

/** Widths of bins that people can read, in ms: those that the server chooses among. */
const WIDTHS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5, 12e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5,
]

/** The question to ask so that bins have a readable width and lie where they lay before, however the range moves: at most about `most` of them. */
export function binsFor({ from, to }: Span, most: number): Span & { bins: number } {
  const width = WIDTHS.find((candidate) => (to - from) / candidate <= most) ?? WIDTHS.at(-1)!
  const start = Math.floor(from / width) * width
  const bins = Math.max(Math.ceil((to - start) / width - 1e-9), 1)
  return { from: start, to: start + bins * width, bins }
}

/** Bars: `times[i]` is the start of bin i, `counts[class][i]` its calls, `totals[i]` their sum. */
export interface Bars {
  width: number
  times: number[]
  counts: Record<StatusClass, number[]>
  totals: number[]
  total: number
}

export const statusClass = (code: number | undefined): StatusClass => {
  const key = `${Math.floor((code ?? 0) / 100)}xx`
  return (CLASSES as readonly string[]).includes(key) ? (key as StatusClass) : 'none'
}

const MOST_BINS = 5000

/** One bar per bin from the first to the last, those without calls included. */
export function toBars({ from, to, width, bins }: Histogram): Bars {
  const start = bins.length > 0 ? bins.reduce((least, bin) => Math.min(least, bin.time), Number.POSITIVE_INFINITY) : from
  // The server aligns bins to their width; what it sent tells where they lie.
  const first = start - Math.ceil((start - from) / width - 1e-6) * width
  const size = width > 0 ? Math.min(Math.max(Math.ceil((to - first) / width - 1e-6), 1), MOST_BINS) : 0
  const times = Array.from({ length: size }, (_, i) => first + i * width)
  const zeros = () => new Array<number>(size).fill(0)
  const counts = Object.fromEntries(CLASSES.map((key) => [key, zeros()])) as Bars['counts']
  const totals = zeros()
  let total = 0
  for (const bin of bins) {
    const at = Math.round((bin.time - first) / width)
    if (at < 0 || at >= size) continue
    const key = (CLASSES as readonly string[]).includes(bin.key) ? (bin.key as StatusClass) : 'none'
    counts[key][at] += bin.count
    totals[at] += bin.count
    total += bin.count
  }
  return { width, times, counts, totals, total }
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
