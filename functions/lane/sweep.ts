import type { State } from '#adapters/state/port.ts'

/** Wakes lanes whose log is ahead of their cursor: what a lost event, a crash or a missing sequence left undone. */
export class Sweep {
  readonly #state: State
  readonly #drain: (lane: string) => Promise<void>
  readonly #failed: (lane: string, error: Error) => void
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined

  /** `failed` is told of each lane that could not be drained; `*` where the lanes could not be listed. */
  constructor(state: State, drain: (lane: string) => Promise<void>, failed: (lane: string, error: Error) => void) {
    this.#state = state
    this.#drain = drain
    this.#failed = failed
  }

  start(everyMs = 2_000): void {
    const again = async () => {
      this.#running = this.once().catch((error: Error) => this.#failed('*', error))
      await this.#running
      if (this.#timer) this.#timer = setTimeout(again, everyMs)
    }
    this.#timer = setTimeout(again, 0)
  }

  async once(): Promise<void> {
    for (const lane of await this.#state.behind('')) await this.#drain(lane).catch((error: Error) => this.#failed(lane, error))
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#running
  }
}
