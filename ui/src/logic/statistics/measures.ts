import type { Figures } from '#events/documents/groups.ts'
import { bytes, count, duration } from '../format.ts'

/** A figure as the tables and charts have it. */
export interface Measure {
  name: string
  title: string
  /** What the server sorts by; absent where it cannot. */
  sort: string
  of(figures: Figures, seconds: number): number | undefined
  write(value: number): string
}

const time = (ns: number): string => duration(ns / 1000)
const rate = (value: number): string => (value === 0 || value >= 10 ? count(value) : value.toFixed(value < 0.1 ? 3 : 1))

export const MEASURES: readonly Measure[] = [
  { name: 'count', title: 'Calls', sort: 'count', of: ({ count }) => count, write: count },
  { name: 'rate', title: 'Per second', sort: 'count', of: ({ count }, seconds) => count / seconds, write: rate },
  {
    name: 'errors',
    title: 'Errors',
    sort: 'errors',
    of: ({ count, errors = 0 }) => (count === 0 ? undefined : (errors / count) * 100),
    write: (share) => `${share.toFixed(share > 0 && share < 10 ? 1 : 0)} %`,
  },
  { name: 'p50', title: 'p50', sort: 'p50', of: ({ p50 }) => p50, write: time },
  { name: 'p90', title: 'p90', sort: 'p90', of: ({ p90 }) => p90, write: time },
  { name: 'p99', title: 'p99', sort: 'p99', of: ({ p99 }) => p99, write: time },
  { name: 'bytes', title: 'On the wire', sort: 'bytes', of: ({ bytes }) => bytes, write: bytes },
]
export const METRICS = 'errors,bytes,mean,p50,p90,p99'

export const measure = (name: string | undefined): Measure => MEASURES.find((each) => each.name === name) ?? MEASURES[1]

/** By how much a figure changed, as `+12 %`; '' where that says nothing. */
export function change(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return before === after ? '' : after === undefined ? 'gone' : 'new'
  if (before === after || before === 0) return before === after ? '=' : 'new'
  const share = (after / before - 1) * 100
  return `${share > 0 ? '+' : '−'}${Math.abs(share) < 10 ? Math.abs(share).toFixed(1) : count(Math.abs(share))} %`
}
