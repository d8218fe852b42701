import type { Connection, StreamSink } from '#engines/tcp/facts.ts'

export interface Described {
  protocol: string | undefined
  exchanges: number
  /** It is not known yet, for secrets are waited for: the object tells once they came, or nobody waits any more. */
  waits?: boolean
}

/** Who takes the streams of one lane from `sessions`: the protocol functions, in process or by event. */
export interface StreamConsumer {
  /**
   * The sink for the facts that follow from the packets with this sequence. A sequence that was taken before (its
   * effects are durable already) gets a sink that ignores them.
   */
  begin(sequence: number, agent: string): Promise<StreamSink>
  /** Everything of this sequence was told; capture time is `at` (µs). `ended`: nothing more comes in this lane. */
  finish(at: number, ended: boolean): Promise<void>
  /** Everything taken is durable when it resolves. */
  settle(): Promise<void>
  /** Forgets what was taken and not settled. */
  abandon?(): Promise<void>
  /** What the connection speaks and how many exchanges were read in it, as far as this consumer knows. */
  describe(connection: Connection): Described
}

/** For sequences that were done before. */
export const ignore: StreamSink = { open() {}, data() {}, gap() {}, end() {}, close() {} }
