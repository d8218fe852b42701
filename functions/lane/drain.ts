import { setTimeout as sleep } from 'node:timers/promises'
import { Transient } from '#adapters/bus/port.ts'
import type { LogEntry, State } from '#adapters/state/port.ts'
import { type Held, LaneKeeper } from './keeper.ts'
import type { LaneWork } from './work.ts'

/** Work that is fed from a lane's log. */
export interface LoggedWork extends LaneWork {
  process(sequence: number, entry: Uint8Array): Promise<void>
  /** Entries `from`..`to` never came: what they held is lost. */
  lost(from: number, to: number): void
}

export interface DrainOptions<Work extends LoggedWork> {
  state: State
  holder: string
  open: (lane: string, checkpoints: ReadonlyMap<string, Uint8Array>) => Promise<Work>
  /** Log entries read at a time. */
  batch?: number
  /** Commit at least every so many ms of work. */
  commitEveryMs?: number
  /** How long a missing sequence is waited for, ms. */
  gapMs?: number
  /** A call that has worked for so long lets its lane go after the entry that is being done, and says that there is more. No bound unless told. */
  mostMs?: number
  /** Whether work may be done now: while it may not, it stays in the log. Always unless told. */
  allowed?: () => Promise<boolean>
  now?: () => number
}

/** What is missing comes, if it does, within moments: it is looked for that often. */
const MOST_ASLEEP_MS = 500

const stopping = (): Transient => new Transient('this instance is being stopped: another goes on', 500)

/** Drains lanes: log entries in sequence, effects durable before the cursor moves, one more look after letting go. */
export class LaneDrain<Work extends LoggedWork> {
  readonly #state: State
  readonly #keeper: LaneKeeper<Work>
  readonly #batch: number
  readonly #commitEveryMs: number
  readonly #gapMs: number
  readonly #mostMs: number
  readonly #allowed: () => Promise<boolean>
  readonly #now: () => number
  /** Lanes that wait for a missing sequence, and since when. */
  readonly #waiting = new Map<string, { sequence: number; since: number }>()
  readonly #busy = new Set<string>()
  readonly #again = new Set<string>()
  /** Lanes that somebody stays with while a sequence is missing. */
  readonly #attended = new Set<string>()
  #stopped = false

  constructor(options: DrainOptions<Work>) {
    this.#state = options.state
    this.#keeper = new LaneKeeper(options)
    this.#batch = options.batch ?? 64
    this.#commitEveryMs = options.commitEveryMs ?? 1_000
    this.#gapMs = options.gapMs ?? 10_000
    this.#mostMs = options.mostMs ?? Number.POSITIVE_INFINITY
    this.#allowed = options.allowed ?? (async () => true)
    this.#now = options.now ?? Date.now
  }

  /**
   * Does all the work that the lane's log holds. While it is being done already, here or by another holder, nothing is waited for: they look once more.
   * Answers whether the time was over before the work was: then somebody has to come back to it.
   */
  async drain(lane: string, until = this.#now() + this.#mostMs): Promise<boolean> {
    if (this.#stopped) throw stopping()
    if (!(await this.#allowed())) return false
    this.#again.add(lane)
    if (this.#busy.has(lane)) return false
    this.#busy.add(lane)
    let hasMore: boolean
    try {
      hasMore = await this.#drainUntilQuiet(lane, until)
    } finally {
      this.#busy.delete(lane)
    }
    return hasMore || (this.#again.has(lane) && this.drain(lane, until))
  }

  /** The same, and stays with the lane while a missing sequence is waited for: where no sweep of this process comes back to it. */
  async attend(lane: string): Promise<boolean> {
    const until = this.#now() + this.#mostMs
    if (await this.drain(lane, until)) return true
    if (this.#attended.has(lane)) return false
    this.#attended.add(lane)
    try {
      while (this.#waiting.has(lane)) {
        await sleep(Math.min(this.#gapMs / 2, MOST_ASLEEP_MS))
        if (this.#now() >= until || (await this.drain(lane, until))) return true
      }
      return false
    } finally {
      this.#attended.delete(lane)
    }
  }

  /** Lanes in hand are let go after the entry that is being done, with what was done committed; who waits for them, or comes from now on, is told to try again (`Transient`). */
  stop(): void {
    this.#stopped = true
  }

  async #drainUntilQuiet(lane: string, until: number): Promise<boolean> {
    do {
      this.#again.delete(lane)
      const held = await this.#keeper.take(lane)
      if (!held) return false
      try {
        await this.#drainHeld(held, until)
      } catch (error) {
        await this.#keeper.abandon(held)
        throw error
      }
      await this.#keeper.release(held)
      if (this.#stopped) throw stopping()
      if (!(await this.#hasWork(held))) return false
    } while (this.#now() < until)
    return true
  }

  async #hasWork({ lease: { lane }, cursor }: Held<Work>): Promise<boolean> {
    return this.#again.has(lane) || (!this.#waiting.has(lane) && (await this.#state.read(lane, cursor, 1)).length > 0)
  }

  async #drainHeld(held: Held<Work>, until: number): Promise<void> {
    let done = held.cursor
    let committed = this.#now()
    for (;;) {
      const entries = await this.#state.read(held.lease.lane, done, this.#batch)
      if (entries.length === 0) {
        this.#waiting.delete(held.lease.lane)
        break
      }
      for (const entry of entries) {
        if (this.#stopped || !this.#inOrder(held, done, entry)) {
          if (done > held.cursor) await this.#keeper.commit(held, done)
          return
        }
        await held.work.process(entry.sequence, entry.entry)
        done = entry.sequence
        const now = this.#now()
        if (now - committed < this.#commitEveryMs && now < until) continue
        await this.#keeper.commit(held, done)
        if (now >= until) return
        committed = this.#now()
      }
    }
    if (done > held.cursor) await this.#keeper.commit(held, done)
  }

  /** Whether the entry may be done now: it is the next, or what is missing before it was waited for long enough. */
  #inOrder(held: Held<Work>, done: number, entry: LogEntry): boolean {
    const { lane } = held.lease
    if (entry.sequence === done + 1) {
      this.#waiting.delete(lane)
      return true
    }
    const waiting = this.#waiting.get(lane)
    if (!waiting || waiting.sequence !== done + 1) {
      this.#waiting.set(lane, { sequence: done + 1, since: this.#now() })
      return false
    }
    if (this.#now() - waiting.since < this.#gapMs) return false
    this.#waiting.delete(lane)
    held.work.lost(done + 1, entry.sequence - 1)
    return true
  }
}
