import type { Micros } from '#engines/time.ts'

const THREE = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'))
const MILLION = 1_000_000

let second = Number.NaN
let isoSecond = ''
let unixSecond = ''

/** The microseconds of a time as six digits. Leaves its second in `isoSecond` and `unixSecond`, which most often is the one before. */
const digits = (at: Micros): string => {
  const seconds = Math.floor(at / MILLION)
  if (seconds !== second) {
    second = seconds
    isoSecond = new Date(seconds * 1000).toISOString().slice(0, -4)
    unixSecond = String(seconds)
  }
  const rest = Math.floor(at - seconds * MILLION)
  return THREE[Math.floor(rest / 1000)] + THREE[rest % 1000]
}

/** ISO 8601 with microseconds. */
export const iso = (at: Micros): string => {
  const fraction = digits(at)
  return `${isoSecond}${fraction}Z`
}

/** As `String(at)`: a double's own way to write sixteen digits costs ten times as much. */
export const number = (at: Micros): string => {
  if (at < MILLION || !Number.isInteger(at)) return String(at)
  const fraction = digits(at)
  return unixSecond + fraction
}
