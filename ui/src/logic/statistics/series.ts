import type { Figures, Groups } from '#events/documents/groups.ts'
import { byTime } from '../groups.ts'

/** The course of one key. */
export interface Series {
  key: string | number | null
  figures: Figures[]
}

/** The courses of the keys with the most calls, of an aggregation by a key and time; all have the same times. */
export function seriesOf(answer: Groups, most: number): { width: number; times: number[]; series: Series[] } {
  const totals = new Map<string | number | null, number>()
  for (const { key, count } of answer.groups) totals.set(key[0], (totals.get(key[0]) ?? 0) + count)
  const top = [...totals].sort(([, a], [, b]) => b - a).slice(0, most)
  const courses = top.map(([key]) => ({
    key,
    course: byTime({
      ...answer,
      groups: answer.groups.filter((group) => group.key[0] === key).map((group) => ({ ...group, key: group.key.slice(1) })),
    }),
  }))
  const { width, times } = courses[0]?.course ?? byTime({ ...answer, groups: [] })
  return { width, times, series: courses.map(({ key, course }) => ({ key, figures: course.figures })) }
}
