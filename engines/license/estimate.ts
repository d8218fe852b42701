import { monthsAfter } from './calendar.ts'
import { HOUR, type Hours, usedIn } from './hours.ts'
import { prepaidPrice } from './money.ts'
import { charged, HALF_YEAR, type Line } from './regularisation.ts'
import { periodsOf, type Terms } from './terms.ts'

/** What a year costs with a number of prepaid cores. Cents. */
export interface Offer {
  cores: number
  prepaid: number
  /** Expected for use beyond them. */
  extra: number
  total: number
  lines: Line[]
}

export interface Estimate {
  /** Cores that were busy on average since the beginning of the term; undefined before its first hour is over. */
  average: number | undefined
  /** With the cores that are prepaid. */
  asIs: Offer
  /** The cheapest number of whole cores, and how much less it costs than as it is. */
  best: Offer
  saved: number
}

const MONTHS = 12

/** What the year from the beginning of the term costs: what was used so far, and the rest at the average so far. */
export const estimate = (terms: Terms, hours: Hours, now: number): Estimate => {
  const year = { ...terms, to: monthsAfter(terms.from, MONTHS) }
  const seen = Math.min(Math.max(now, year.from), year.to)
  const used = usedIn(hours, year.from, seen)
  const average = seen - year.from < HOUR ? undefined : used / (seen - year.from)
  const expected = periodsOf(year, HALF_YEAR).map((period) => {
    const known = Math.min(Math.max(seen, period.from), period.to)
    return { period, used: usedIn(hours, period.from, known) + Math.ceil((average ?? 0) * (period.to - known)) }
  })
  const offer = (cores: number): Offer => {
    const lines = expected.map(({ period, used }) => charged({ ...terms, cores }, period, used))
    const prepaid = prepaidPrice(cores, terms.price, MONTHS)
    const extra = lines.reduce((sum, { charge }) => sum + charge, 0)
    return { cores, prepaid, extra, total: prepaid + extra, lines }
  }
  const asIs = offer(terms.cores)
  const most = Math.max(...expected.map(({ period, used }) => Math.ceil(used / (period.to - period.from))), 0)
  let best = asIs
  for (let cores = 0; cores <= most; cores++) {
    const other = offer(cores)
    if (other.total < best.total) best = other
  }
  return { average, asIs, best, saved: asIs.total - best.total }
}
