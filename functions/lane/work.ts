/** What one lane's function holds in memory while it has the lane: made from checkpoints, and left as checkpoints. */
export interface LaneWork {
  /**
   * Makes everything done so far durable downstream and in the store, then answers the checkpoints that changed
   * since the last time (null: gone). The lane's cursor moves together with them.
   */
  settle(): Promise<ReadonlyMap<string, Uint8Array | null>>
  /** Lets go of what it holds elsewhere: it failed, and is not used any more. */
  abandon?(): Promise<void>
}
