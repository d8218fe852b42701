import type { Handler } from '../declare.ts'

/** How a function stays with a lane where nothing else comes back to it soon: also while a missing sequence is waited for. */
export interface Attendance {
  /** For so long at most: the platform ends calls that take too long. */
  mostMs: number
  /** Says of a lane that is let go with work left that it has work. */
  goOn(lane: string): Promise<void>
}

/** A function that works on lanes. */
export interface LaneFunction {
  handle: Handler
  /** Does what is behind in one lane: for the sweep. */
  drain: (lane: string) => Promise<void>
  /** Lets go of the lanes in hand, after the entry that is being done. */
  stop: () => void
}
