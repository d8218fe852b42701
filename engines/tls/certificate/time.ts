import { latin1 } from '../../bytes/text.ts'
import { type Micros, micros } from '../../time.ts'
import type { Element } from './der.ts'

const UTC_TIME = 0x17
const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
const DAY = 86_400

/** A time of RFC 5280 section 4.1.2.5: years of two digits count from 1950. Undefined: it is none. */
export const timeOf = (bytes: Uint8Array, { tag, start, end }: Element): Micros | undefined => {
  const text = latin1(bytes, start, Math.min(end, start + 32))
  const whole = tag === UTC_TIME ? `${text < '5' ? '20' : '19'}${text}` : text
  const [, year, month, day, hour, minute, second] = (TIME.exec(whole) ?? []).map(Number)
  if (year === undefined || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return undefined
  return micros((daysTo(year, month, day) * DAY + hour * 3600 + minute * 60 + second) * 1_000_000)
}

/** Days from 1970-01-01 to a date of the Gregorian calendar. A year is counted from March on, so that the leap day is its last. */
const daysTo = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + inYear - TO_1970
}
/** From 1 March of the year 0. */
const TO_1970 = 719_468

/** A time as ISO 8601 writes it, to the second. */
export const isoTime = (at: Micros): string => {
  const seconds = Math.floor(at / 1_000_000)
  const days = Math.floor(seconds / DAY)
  const rest = seconds - days * DAY
  const [year, month, day] = dateOf(days)
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [rest / 3600, (rest / 60) % 60, rest % 60].map((value) => two(Math.floor(value))).join(':')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${clock}Z`
}

const dateOf = (days: number): [year: number, month: number, day: number] => {
  let year = 1970 + Math.floor(days / 365.2425)
  while (daysTo(year, 1, 1) > days) year--
  while (daysTo(year + 1, 1, 1) <= days) year++
  let month = 12
  while (daysTo(year, month, 1) > days) month--
  return [year, month, days - daysTo(year, month, 1) + 1]
}
