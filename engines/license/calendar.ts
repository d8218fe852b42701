/** The Gregorian calendar in UTC, by arithmetic: days are counted from March on, so that a leap day is the last of its year. */
const DAY = 86_400_000
const DAYS_OF_400_YEARS = 146_097
/** From 1 March of the year 0 to 1 January 1970. */
const BEFORE_1970 = 719_468

const daysOfYears = (years: number): number => years * 365 + Math.floor(years / 4) - Math.floor(years / 100)
const daysOfMonths = (fromMarch: number): number => Math.floor((153 * fromMarch + 2) / 5)

/** Days since 1970 of a date; months count from 1. */
const daysOf = (year: number, month: number, day: number): number => {
  const fromMarch = (month + 9) % 12
  const years = fromMarch >= 10 ? year - 1 : year
  const era = Math.floor(years / 400)
  return era * DAYS_OF_400_YEARS + daysOfYears(years - era * 400) + daysOfMonths(fromMarch) + day - 1 - BEFORE_1970
}

const dateOf = (days: number): { year: number; month: number; day: number } => {
  const era = Math.floor((days + BEFORE_1970) / DAYS_OF_400_YEARS)
  const within = days + BEFORE_1970 - era * DAYS_OF_400_YEARS
  const years = Math.floor((within - Math.floor(within / 1460) + Math.floor(within / 36_524) - Math.floor(within / 146_096)) / 365)
  const rest = within - daysOfYears(years)
  const fromMarch = Math.floor((5 * rest + 2) / 153)
  return {
    year: years + era * 400 + (fromMarch >= 10 ? 1 : 0),
    month: ((fromMarch + 2) % 12) + 1,
    day: rest - daysOfMonths(fromMarch) + 1,
  }
}

/** The time so many months later, ms since 1970; where the month has no such day, on its last one. */
export const monthsAfter = (at: number, months: number): number => {
  const days = Math.floor(at / DAY)
  const { year, month, day } = dateOf(days)
  const counted = year * 12 + month - 1 + months
  const first = daysOf(Math.floor(counted / 12), (counted % 12) + 1, 1)
  const next = daysOf(Math.floor((counted + 1) / 12), ((counted + 1) % 12) + 1, 1)
  return Math.min(first + day - 1, next - 1) * DAY + at - days * DAY
}
