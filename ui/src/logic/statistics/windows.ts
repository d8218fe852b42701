import type { Figures } from '#events/documents/groups.ts'

/** Figures of a moving window: each bin with the `size - 1` before it. Counts add up, means are weighed; percentiles do not add up, so the highest stands. */
export function moving(figures: readonly Figures[], size: number): Figures[] {
  if (size <= 1) return [...figures]
  return figures.map((_, i) => joined(figures.slice(Math.max(0, i - size + 1), i + 1)))
}

function joined(parts: readonly Figures[]): Figures {
  const sum = (of: (figures: Figures) => number | undefined): number => parts.reduce((total, part) => total + (of(part) ?? 0), 0)
  const highest = (of: (figures: Figures) => number | undefined): number | undefined => {
    const values = parts.map(of).filter((value) => value !== undefined)
    return values.length === 0 ? undefined : Math.max(...values)
  }
  const count = sum(({ count }) => count)
  return {
    count,
    errors: sum(({ errors }) => errors),
    bytes: sum(({ bytes }) => bytes),
    mean: count === 0 ? undefined : sum(({ mean, count }) => (mean ?? 0) * count) / count,
    p50: highest(({ p50 }) => p50),
    p90: highest(({ p90 }) => p90),
    p99: highest(({ p99 }) => p99),
  }
}
