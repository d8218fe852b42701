import type { Bin } from '#events/documents/live.ts'
import type { Histogram } from './bins.ts'
import type { Span } from './range.ts'

/** Bins with changes added. */
export function changedBy(bins: readonly Bin[], changes: readonly Bin[]): Bin[] {
  if (changes.length === 0) return bins.slice()
  const all = new Map(bins.map((bin) => [`${bin.time} ${bin.key}`, bin]))
  for (const { time, key, count } of changes) {
    const name = `${time} ${key}`
    all.set(name, { time, key, count: (all.get(name)?.count ?? 0) + count })
  }
  return [...all.values()].filter(({ count }) => count > 0)
}

/** The bars of another stretch, as far as they are known: what lies before it goes. */
export const movedTo = <Bars extends Histogram>(bars: Bars, { from, to }: Span): Bars => ({
  ...bars,
  from,
  to,
  bins: bars.bins.filter(({ time }) => time >= from),
})

/**
 * What the server counted, with what the feed counted in its place for bins that began after the feed did (`since`) and ended after `settled`:
 * calls of theirs may have been stored while the server counted, and it is not known whether they are in its answer.
 */
export function reconciled<Bars extends Histogram>(answer: Bars, fed: readonly Bin[], since: number, settled: number): Bars {
  const byFeed = ({ time }: Bin): boolean => time >= since && time + answer.width > settled
  return { ...answer, bins: [...answer.bins.filter((bin) => !byFeed(bin)), ...fed.filter(byFeed)] }
}
