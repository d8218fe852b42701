/** What the feed told at a time, ms. */
export interface Told {
  at: number
  shown: number
  all: number
}

/** Calls a second. */
export interface Pace {
  shown: number
  all: number
}

const STRETCH = 3000
/** Of a shorter time no rate is told. */
const LEAST = 900

/** What was told within the last seconds. */
export const recent = (told: readonly Told[], now: number): Told[] => told.filter(({ at }) => at > now - STRETCH)

/** How many calls a second are shown, and there are; undefined while all are shown. */
export function paceOf(told: readonly Told[]): Pace | undefined {
  const [first, ...others] = told
  const ms = first === undefined ? 0 : (others.at(-1)?.at ?? first.at) - first.at
  if (ms < LEAST || others.every(({ shown, all }) => shown >= all)) return undefined
  const perSecond = (of: (told: Told) => number): number => Math.round((others.reduce((sum, each) => sum + of(each), 0) * 1000) / ms)
  return { shown: perSecond(({ shown }) => shown), all: perSecond(({ all }) => all) }
}
