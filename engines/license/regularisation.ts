import { type Hours, usedIn } from './hours.ts'
import { extraPrice, thousandths } from './money.ts'
import { type Period, periodsOf, type Terms } from './terms.ts'

/** Months between two regularisations. */
export const HALF_YEAR = 6

/** One line of a regularisation: everything it was computed from. CPU in milliseconds, money in cents. */
export interface Line extends Period {
  /** CPU that was used, and that the prepaid cores come to over the period. */
  used: number
  prepaid: number
  /** Used beyond the prepaid. */
  extra: number
  /** For `extra`, at 133 % of the core price. */
  charge: number
}

/**
 * What is owed beyond the prepaid cores, a line for each half year of the term. A burst is paid for by the quiet hours of its half year:
 * what counts is the use of the whole of it against what the prepaid cores come to.
 */
export const regularise = (terms: Terms, hours: Hours): Line[] => periodsOf(terms, HALF_YEAR).map((period) => lineOf(terms, hours, period))

/** The line of one period. */
export const lineOf = (terms: Terms, hours: Hours, period: Period): Line => charged(terms, period, usedIn(hours, period.from, period.to))

/** The line of a period with so many CPU milliseconds used in it. */
export const charged = ({ cores, price }: Terms, { from, to }: Period, used: number): Line => {
  const prepaid = Number((thousandths(cores) * BigInt(to - from)) / 1000n)
  const extra = Math.max(used - prepaid, 0)
  return { from, to, used, prepaid, extra, charge: extraPrice(extra, price) }
}
