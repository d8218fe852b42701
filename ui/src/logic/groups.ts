import type { Figures, Groups } from '#events/documents/groups.ts'

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
