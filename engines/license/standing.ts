import { HOUR } from './hours.ts'

/** From here on without accepted statistics it is warned, ms. */
export const WARNED_AFTER = 12 * HOUR
/** From here on capture and parsing stop, ms. */
export const STOPPED_AFTER = 24 * HOUR
/** A clock that goes back by more than this has been set, ms. */
const DRIFT = HOUR / 12

export interface Standing {
  state: 'running' | 'warned' | 'stopped'
  /** One sentence for people: what it is and what happens next. */
  message: string
  /** When capture and parsing stop unless statistics are accepted, ms since 1970; undefined when nothing is to be sent. */
  stopsAt: number | undefined
}

/** What the rule is about, in ms since 1970. */
export interface Accepted {
  /** When statistics were accepted last; the day of the installation before any were. */
  at: number
  /** The latest time that was seen: a clock that is behind it was set back. */
  latest: number
}

/**
 * The 24-hour rule. A clock that was set back does not lengthen the time: what was seen latest counts. `accepted` undefined: the
 * evaluation, which sends nothing.
 */
export const standingOf = (accepted: Accepted | undefined, now: number): Standing => {
  if (accepted === undefined) return { state: 'running', message: 'Evaluation: nothing is sent, nothing stops.', stopsAt: undefined }
  const setBack = now < accepted.latest - DRIFT
  const silent = Math.max(now, accepted.latest) - accepted.at
  const stopsAt = accepted.at + STOPPED_AFTER
  const said = `No usage statistics were accepted for ${Math.floor(silent / HOUR)} hours`
  const clock = setBack ? ` The clock was set back by ${Math.round((accepted.latest - now) / 60_000)} minutes; the later time counts.` : ''
  if (silent >= STOPPED_AFTER) {
    const message = `${said}: capture and parsing have stopped, and go on by themselves once statistics are accepted.${clock}`
    return { state: 'stopped', message, stopsAt }
  }
  if (silent >= WARNED_AFTER)
    return { state: 'warned', message: `${said}: capture and parsing stop in ${hoursWords(STOPPED_AFTER - silent)}.${clock}`, stopsAt }
  return { state: 'running', message: `Usage statistics are accepted.${clock}`, stopsAt }
}

const hoursWords = (ms: number): string => {
  const hours = Math.ceil(ms / HOUR)
  return hours === 1 ? 'an hour' : `${hours} hours`
}
