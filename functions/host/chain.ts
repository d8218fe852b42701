import type { Connection, StreamSink } from '#engines/tcp/facts.ts'
import type { Held, LaneKeeper } from '../lane/keeper.ts'
import { type Described, ignore, type StreamConsumer } from '../lane/streams.ts'
import type { ParsingLane } from '../parsing/lane.ts'

/**
 * `sessions` and `http` in one process: facts go from one to the other as calls, with no encoding. `http` keeps a cursor
 * and checkpoints of its own, as it does when it runs apart, and settles before `sessions` does: after a crash sessions
 * may tell again what http has done, never less.
 */
export class ParsingChain implements StreamConsumer {
  readonly #keeper: LaneKeeper<ParsingLane>
  readonly #lane: string
  #held: Held<ParsingLane> | undefined
  /** Nothing was taken yet: what an earlier chain left in memory speaks of connections that `sessions` has no more, for it was loaded anew. */
  #isNew = true
  #sequence = 0

  constructor(keeper: LaneKeeper<ParsingLane>, lane: string) {
    this.#keeper = keeper
    this.#lane = `parsing/${lane}`
  }

  async begin(sequence: number, agent: string): Promise<StreamSink> {
    this.#held ??= await this.#keeper.take(this.#lane, this.#isNew)
    if (!this.#held) throw new Error(`lane ${this.#lane} is in other hands`)
    this.#isNew = false
    if (sequence <= this.#held.cursor) return ignore
    this.#sequence = sequence
    return this.#held.work.begin(sequence, agent)
  }

  async finish(at: number, ended: boolean): Promise<void> {
    await this.#held?.work.finish(at, ended)
  }

  async settle(): Promise<void> {
    const held = this.#held
    if (!held) return
    this.#held = undefined
    try {
      if (this.#sequence > held.cursor) await this.#keeper.commit(held, this.#sequence)
    } catch (error) {
      await this.#keeper.abandon(held)
      throw error
    }
    await this.#keeper.release(held)
  }

  async abandon(): Promise<void> {
    const held = this.#held
    this.#held = undefined
    if (held) await this.#keeper.abandon(held)
  }

  describe(connection: Connection): Described {
    return this.#held?.work.describe(connection) ?? { protocol: undefined, exchanges: 0 }
  }
}
