import { monthsAfter } from './calendar.ts'
import { type Estimate, estimate } from './estimate.ts'
import { HOUR } from './hours.ts'

/** 2027: a year of 365 days, so that the answer is the same on every day it is asked for. */
const FROM = 1_798_761_600_000

/** What a year costs with so many prepaid cores at a price (cents for a core and a month) when so many are busy on average. */
export const estimateYear = (cores: number, price: number, average: number): Estimate => {
  const hours = new Map([[FROM / HOUR, new Map([['all', Math.round(average * HOUR)]])]])
  return estimate({ cores, price, from: FROM, to: monthsAfter(FROM, 12) }, hours, FROM + HOUR)
}
