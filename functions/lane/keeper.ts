import { Fenced, type Lease, type State } from '#adapters/state/port.ts'
import type { LaneWork } from './work.ts'

const LEASE_MS = 30_000

/** A lane in hand: nobody else works on it until it is released. */
export interface Held<Work extends LaneWork> {
  lease: Lease
  /** Sequence of the last entry whose effects are durable; 0 when none is. */
  cursor: number
  work: Work
}

/**
 * Takes lanes by lease and keeps their work in memory between two holds, so that a lane that comes back to the same
 * place goes on where it was, while one that somebody else had meanwhile is loaded from its checkpoints again.
 */
export class LaneKeeper<Work extends LaneWork> {
  readonly #state: State
  readonly #holder: string
  readonly #open: (lane: string, checkpoints: ReadonlyMap<string, Uint8Array>) => Promise<Work>
  readonly #warm = new Map<string, Held<Work>>()
  readonly #most: number

  constructor(options: {
    state: State
    holder: string
    open: (lane: string, checkpoints: ReadonlyMap<string, Uint8Array>) => Promise<Work>
    /** Lanes kept in memory while nobody works on them. */
    most?: number
  }) {
    this.#state = options.state
    this.#holder = options.holder
    this.#open = options.open
    this.#most = options.most ?? 256
  }

  /** The lane, or undefined while another holder has it. `anew`: from its checkpoints, whatever is in memory of it. */
  async take(lane: string, anew = false): Promise<Held<Work> | undefined> {
    const lease = await this.#state.lease(lane, this.#holder, LEASE_MS)
    if (!lease) return undefined
    const warm = this.#warm.get(lane)
    this.#warm.delete(lane)
    if (!anew && warm && warm.lease.fence + 1 === lease.fence) return { ...warm, lease }
    try {
      const { cursor, checkpoints } = await this.#state.load(lane)
      return { lease, cursor: cursor ?? 0, work: await this.#open(lane, checkpoints) }
    } catch (error) {
      await this.#state.release(lease)
      throw error
    }
  }

  /** Settles the work and moves the cursor. Throws `Fenced` when the lane was lost: its work must not be used any more. */
  async commit(held: Held<Work>, sequence: number): Promise<void> {
    const checkpoints = await held.work.settle()
    if (!(await this.#state.renew(held.lease, LEASE_MS))) throw new Fenced(`lane ${held.lease.lane} was lost to another holder`)
    await this.#state.commit(held.lease, sequence, checkpoints)
    held.cursor = sequence
  }

  /** Gives the lane back; its work stays warm. Call only when everything done is committed. */
  async release(held: Held<Work>): Promise<void> {
    await this.#state.release(held.lease)
    this.#warm.set(held.lease.lane, held)
    for (const lane of this.#warm.keys()) {
      if (this.#warm.size <= this.#most) break
      this.#warm.delete(lane)
    }
  }

  /** Gives the lane back after a failure: the next hold begins from the checkpoints. */
  async abandon(held: Held<Work>): Promise<void> {
    await held.work.abandon?.()
    await this.#state.release(held.lease)
  }
}
