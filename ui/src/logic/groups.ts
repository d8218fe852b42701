/** What `/aggregate` computes of a group, of all that the range holds, or of what is left out. Durations in ns. */
export interface Figures {
  count: number
  errors?: number
  bytes?: number
  min?: number
  mean?: number
  max?: number
  p50?: number
  p90?: number
  p99?: number
  /** ms since 1970. */
  first?: number
  last?: number
}

export interface Group extends Figures {
  key: (string | number | null)[]
}

/** What `/aggregate` answers. */
export interface Groups {
  from: number
  to: number
  /** Of a bin of time, ms. */
  width: number
  groups: Group[]
  total: Figures
  others?: { groups: number; count: number; errors?: number; bytes?: number }
  partial?: boolean
}

/** Figures over time, a bin each, also of bins in which nothing was. */
export interface Course {
  width: number
  times: number[]
  figures: Figures[]
}

const MOST_BINS = 5000

/** The course of groups by time alone. */
export function byTime({ from, to, width, groups }: Pick<Groups, 'from' | 'to' | 'width' | 'groups'>): Course {
  const first = Math.floor(from / width) * width
  const size = Math.min(Math.max(Math.ceil((to - first) / width - 1e-6), 1), MOST_BINS)
  const figures: Figures[] = Array.from({ length: size }, () => ({ count: 0 }))
  for (const group of groups) {
    const at = Math.round((Number(group.key[0]) - first) / width)
    if (at >= 0 && at < size) figures[at] = group
  }
  return { width, times: figures.map((_, i) => first + i * width), figures }
}
