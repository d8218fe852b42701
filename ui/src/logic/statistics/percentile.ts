/** So many values lie in [from, to). */
export interface Bin {
  from: number
  to: number
  count: number
}

/** The value below which a share of all lies, evenly spread within its bin. Bins are in order; undefined of none. */
export function percentile(bins: readonly Bin[], share: number): number | undefined {
  const wanted = bins.reduce((sum, { count }) => sum + count, 0) * share
  let sum = 0
  for (const { from, to, count } of bins) {
    if (sum + count >= wanted && count > 0) return from + ((to - from) * (wanted - sum)) / count
    sum += count
  }
  return bins.at(-1)?.to
}
