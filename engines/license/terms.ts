import { monthsAfter } from './calendar.ts'

/** What was agreed on. Times are ms since 1970. */
export interface Terms {
  /** Prepaid. */
  cores: number
  /** Of one core for one month, in cents. */
  price: number
  from: number
  /** The first moment that is not in it. */
  to: number
}

export interface Period {
  from: number
  to: number
}

/** The parts of a term of so many months each, counted from its beginning; the last one ends with the term. */
export const periodsOf = ({ from, to }: Period, months: number): Period[] => {
  const periods: Period[] = []
  for (let i = 0; monthsAfter(from, i * months) < to; i++)
    periods.push({ from: monthsAfter(from, i * months), to: Math.min(monthsAfter(from, (i + 1) * months), to) })
  return periods
}
