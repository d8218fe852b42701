/** Milliseconds of an hour. Hours are those of UTC, so that no change of summer time makes one longer. */
export const HOUR = 3_600_000

/** CPU milliseconds used, by hour (its number since 1970) and by part (a function or an agent). */
export type Hours = Map<number, Map<string, number>>

/** What one meter has counted since it began, ms of CPU, at a time (ms since 1970). */
export interface Reading {
  cpu: number
  at: number
}

/** A meter that says more than this many cores could have used in the time is not believed. */
export const MOST_CORES = 1024

/** Why a reading is not believed; undefined when it is. `now`: the time of who takes it. */
export const doubtOf = (previous: Reading, reading: Reading, now: number): 'negative' | 'from the future' | 'a jump' | undefined => {
  if (!(reading.cpu >= 0) || !Number.isFinite(reading.at)) return 'negative'
  if (reading.at > now + HOUR / 12) return 'from the future'
  const elapsed = Math.max(reading.at - previous.at, 0)
  return reading.cpu - previous.cpu > (elapsed + 1_000) * MOST_CORES ? 'a jump' : undefined
}

/**
 * Adds what a meter used between two readings of its counter to the hours it was used in, evenly over the time. A reading that is not
 * ahead of the previous one adds nothing: one that comes twice or late counts once.
 */
export const add = (hours: Hours, part: string, previous: Reading, reading: Reading): void => {
  const used = reading.cpu - previous.cpu
  if (used <= 0) return
  const from = Math.min(previous.at, reading.at)
  const elapsed = reading.at - from
  let given = 0
  for (let hour = Math.floor(from / HOUR); given < used; hour++) {
    const until = Math.min((hour + 1) * HOUR, reading.at)
    const share = until >= reading.at ? used : Math.round((used * (until - from)) / elapsed)
    addTo(hours, hour, part, share - given)
    given = share
  }
}

/** Adds ms of CPU to a part in an hour. */
export const addTo = (hours: Hours, hour: number, part: string, cpu: number): void => {
  if (cpu <= 0) return
  const parts = hours.get(hour) ?? new Map<string, number>()
  parts.set(part, (parts.get(part) ?? 0) + cpu)
  hours.set(hour, parts)
}

/** CPU milliseconds of all parts in an hour. */
export const cpuOf = (hours: Hours, hour: number): number => {
  let sum = 0
  for (const cpu of hours.get(hour)?.values() ?? []) sum += cpu
  return sum
}

/** Cores that were busy on average in an hour. */
export const coresOf = (hours: Hours, hour: number): number => cpuOf(hours, hour) / HOUR

/** CPU milliseconds used from `from` to `to` (ms since 1970); an hour that lies in it in part counts by that part, rounded down. */
export const usedIn = (hours: Hours, from: number, to: number): number => {
  let used = 0
  for (const hour of hours.keys()) {
    const within = Math.min((hour + 1) * HOUR, to) - Math.max(hour * HOUR, from)
    if (within > 0) used += within === HOUR ? cpuOf(hours, hour) : Math.floor((cpuOf(hours, hour) * within) / HOUR)
  }
  return used
}
