import { type Estimate, estimate } from '#engines/license/estimate.ts'
import { HOUR } from '#engines/license/hours.ts'

/** A year of 365 days, whichever. */
const YEAR = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2028, 0, 1) }

/** What a year costs with so many prepaid cores at a price (cents for a core and a month) when so many are busy on average. */
export const yearOf = (cores: number, price: number, average: number): Estimate => {
  const hours = new Map([[YEAR.from / HOUR, new Map([['all', Math.round(average * HOUR)]])]])
  return estimate({ cores, price, ...YEAR }, hours, YEAR.from + HOUR)
}

/** Cents as euros. */
export const euros = (cents: number): string => new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(cents / 100)
