import { randomUUID } from 'node:crypto'
import { Transient } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { LaneKeeper } from '../lane/keeper.ts'
import type { LaneWork } from '../lane/work.ts'

/** Books in the shared state, each in a lane whose log stays empty: what is to be written is written at once, by one at a time. */
export class Books<Book extends LaneWork> {
  readonly #state: State
  readonly #open: (checkpoints: ReadonlyMap<string, Uint8Array>) => Book
  readonly #keeper: LaneKeeper<Book>
  #last: Promise<unknown> = Promise.resolve()

  constructor(state: State, open: (checkpoints: ReadonlyMap<string, Uint8Array>) => Book) {
    this.#state = state
    this.#open = open
    this.#keeper = new LaneKeeper({ state, holder: randomUUID(), open: async (_lane, checkpoints) => open(checkpoints) })
  }

  /** Lets `change` write in a book, one after another; it is durable when this resolves. Throws `Transient` while another instance writes. */
  write<T>(lane: string, change: (book: Book) => T): Promise<T> {
    const written = this.#last.then(() => this.#write(lane, change))
    this.#last = written.catch(() => undefined) // whoever wrote is told; the next one writes all the same
    return written
  }

  async #write<T>(lane: string, change: (book: Book) => T): Promise<T> {
    const held = await this.#keeper.take(lane)
    if (!held) throw new Transient(`${lane} is being written by another instance`, 200)
    try {
      const result = change(held.work)
      await this.#keeper.commit(held, held.cursor)
      await this.#keeper.release(held)
      return result
    } catch (error) {
      await this.#keeper.abandon(held)
      throw error
    }
  }

  /** A book as it is, to be read. */
  async read(lane: string): Promise<Book> {
    return this.#open((await this.#state.load(lane)).checkpoints)
  }
}
