/** A stretch of time, ms since 1970. */
export interface Span {
  from: number
  to: number
}
/** What the page looks at: a fixed stretch, or the last `window` ms, moving with the clock. */
export type Range = ({ kind: 'fixed' } & Span) | { kind: 'live'; window: number }

export const SHORTEST = 1
export const LONGEST = 400 * 86_400_000

export const WINDOWS = [60_000, 300_000, 900_000, 3_600_000, 6 * 3_600_000, 86_400_000, 7 * 86_400_000]
export const live = (window = 900_000): Range => ({ kind: 'live', window })
export const fixed = (from: number, to: number): Range => ({ kind: 'fixed', ...bound({ from, to }) })

/** The stretch a range means when the clock says `now`. */
export const spanOf = (range: Range, now: number): Span =>
  range.kind === 'live' ? { from: now - range.window, to: now } : { from: range.from, to: range.to }

/** In order, and neither shorter than a millisecond nor longer than the page can draw. */
export function bound({ from, to }: Span): Span {
  const start = Math.min(from, to)
  const length = Math.min(Math.max(Math.abs(to - from), SHORTEST), LONGEST)
  return { from: start, to: start + length }
}

/** Nearer (factor < 1) or farther, with the moment `at` staying where it is on the screen. */
export function zoom({ from, to }: Span, at: number, factor: number): Span {
  const length = Math.min(Math.max((to - from) * factor, SHORTEST), LONGEST)
  const start = at - ((at - from) / (to - from)) * length
  return { from: start, to: start + length }
}

/** Moved by a share of its length: 0.5 is half a screen later. */
export const pan = ({ from, to }: Span, share: number): Span => ({ from: from + (to - from) * share, to: to + (to - from) * share })

/** A stretch that shows all of `extent` with some air, so that first and last call are not at the edge. */
export function around(extent: Span): Span {
  const air = Math.max((extent.to - extent.from) * 0.02, 500)
  return bound({ from: Math.floor(extent.from - air), to: Math.ceil(extent.to + air) })
}

/** `15m`, `1h`, `90s`, `7d`: the shortest exact form of a window. */
export function formatWindow(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
    [1000, 's'],
  ]
  for (const [size, unit] of units) if (ms >= size && ms % size === 0) return `${ms / size}${unit}`
  return `${ms / 1000}s`
}

/** Reads what `formatWindow` writes; undefined when it is not that. */
export function parseWindow(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim())
  if (!match) return undefined
  const size = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 'ms' | 's' | 'm' | 'h' | 'd']
  const window = Number(match[1]) * size
  return window >= SHORTEST && window <= LONGEST ? window : undefined
}
