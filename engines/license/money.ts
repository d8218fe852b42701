import { HOUR } from './hours.ts'

/** Hours that a month is charged as, whichever it is: a twelfth of 365 days. */
export const HOURS_A_MONTH = 730
/** Of the core price, in percent, for what goes beyond the prepaid cores. */
export const EXTRA_PERCENT = 133

/** The nearest integer; a half goes up. Both are exact integers, `divisor` positive, `value` not negative. */
export const divideRounded = (value: bigint, divisor: bigint): bigint => (value * 2n + divisor) / (divisor * 2n)

/** Cents for so many months of prepaid cores, which may be parts of cores (in thousandths). */
export const prepaidPrice = (cores: number, price: number, months: number): number =>
  Number(divideRounded(thousandths(cores) * BigInt(price) * BigInt(months), 1000n))

/** Cents for CPU milliseconds beyond the prepaid ones, at 133 % of the core price. Rounded once, at the end: to the nearest cent, a half up. */
export const extraPrice = (cpu: number, price: number): number =>
  Number(divideRounded(BigInt(cpu) * BigInt(price) * BigInt(EXTRA_PERCENT), 100n * BigInt(HOURS_A_MONTH) * BigInt(HOUR)))

/** Cores as an exact integer. */
export const thousandths = (cores: number): bigint => BigInt(Math.round(cores * 1000))
