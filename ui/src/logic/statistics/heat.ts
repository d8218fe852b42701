import type { Groups } from '#events/documents/groups.ts'

export const PER_DECADE = 8

/** How many calls lie in each cell of time × duration. */
export interface Heat {
  /** Where columns begin, ms since 1970, and how wide they are. */
  times: number[]
  width: number
  /** Where rows begin, ns, the shortest first; each ends where the next begins. */
  durations: number[]
  /** By column, then row. */
  counts: number[][]
  most: number
}

const MOST_COLUMNS = 2000

/** Cells of an aggregation by time and duration in bins of a logarithm. Undefined when it has none. */
export function heatOf({ from, to, width, groups }: Groups): Heat | undefined {
  if (groups.length === 0) return undefined
  const rowOf = (duration: number): number => Math.round(Math.log10(duration) * PER_DECADE)
  const rows = groups.map(({ key }) => rowOf(Number(key[1])))
  const [low, high] = [rows.reduce((a, b) => Math.min(a, b)), rows.reduce((a, b) => Math.max(a, b))]
  const start = Math.floor(from / width) * width
  const columns = Math.min(Math.max(Math.ceil((to - start) / width), 1), MOST_COLUMNS)
  const counts = Array.from({ length: columns }, () => new Array<number>(high - low + 1).fill(0))
  let most = 0
  groups.forEach(({ key, count }, i) => {
    const column = counts[Math.round((Number(key[0]) - start) / width)]
    if (!column) return
    column[rows[i] - low] += count
    most = Math.max(most, column[rows[i] - low])
  })
  return {
    times: counts.map((_, i) => start + i * width),
    width,
    durations: Array.from({ length: high - low + 1 }, (_, i) => 10 ** ((low + i) / PER_DECADE)),
    counts,
    most,
  }
}

/** How dark a cell is, 0 to 1: few calls can be seen beside many. */
export const shade = (count: number, most: number): number =>
  count === 0 ? 0 : most <= 1 ? 1 : 0.15 + (0.85 * Math.log(count)) / Math.log(most)
