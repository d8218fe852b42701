import type { Handler } from '../declare.ts'

/** A function that works on lanes. */
export interface LaneFunction {
  handle: Handler
  /** Does what is behind in one lane: for the sweep. */
  drain: (lane: string) => Promise<void>
  /** Lets go of the lanes in hand, after the entry that is being done. */
  stop: () => void
}
