import type { Clock } from './format.ts'

/** What stands under a mark of the time axis, marks being `step` ms apart. Midnight names the day. */
export function tick(clock: Clock, ms: number, step: number): string {
  const time = step < 1000 ? clock.time(ms) : step < 60_000 ? clock.seconds(ms) : clock.seconds(ms).slice(0, 5)
  const midnight = clock.seconds(ms) === '00:00:00'
  if (step >= 86_400_000) return clock.date(ms).slice(5)
  return midnight ? `${clock.date(ms).slice(5)} ${time}` : time
}

/** A range in as few words as say it: `2026-03-04 14:00:00 – 14:15:00`, with ms when it is short, and both days when they differ. */
export function describeSpan(clock: Clock, from: number, to: number): string {
  const time = to - from < 10_000 ? clock.time : clock.seconds
  const [first, last] = [clock.date(from), clock.date(to)]
  return `${first} ${time(from)} – ${first === last ? '' : `${last} `}${time(to)}`
}
