/** How long to wait before one tries again. */
export interface Pause {
  /** Before the second try, ms; doubled before each further one, up to `mostMs`. */
  firstMs: number
  mostMs: number
}

/** Wait after so many tries that failed (from 1), ms; spread by half to either side, so that those who failed together do not come again together. */
export const backOff = (tries: number, { firstMs, mostMs }: Pause): number =>
  Math.min(mostMs, firstMs * 2 ** (tries - 1)) * (0.5 + Math.random())
