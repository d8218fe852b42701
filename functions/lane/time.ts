import type { Micros } from '#engines/time.ts'

const MILLION = 1_000_000

/** A second as documents write it. */
export interface Second {
  /** `2026-01-05T10:00:00.` */
  iso: string
  unix: string
}

let last = Number.NaN
let second: Second = { iso: '', unix: '' }

/** The second a time lies in; most often that of the time before. */
export const secondOf = (at: Micros): Second => {
  const seconds = Math.floor(at / MILLION)
  if (seconds !== last) {
    last = seconds
    second = { iso: new Date(seconds * 1000).toISOString().slice(0, -4), unix: String(seconds) }
  }
  return second
}

/** Whole microseconds since the second began. */
export const digitsOf = (at: Micros): number => Math.floor(at - Math.floor(at / MILLION) * MILLION)

/** ISO 8601 with microseconds. */
export const iso = (at: Micros): string => `${secondOf(at).iso}${String(digitsOf(at)).padStart(6, '0')}Z`
