import type { State } from '#adapters/state/port.ts'

const REFRESH_MS = 2_000

/** Names of addresses from the shared state, at most two seconds old. */
export class HostNames {
  readonly #state: State
  readonly #now: () => number
  #names = new Map<string, string>()
  #read = Number.NEGATIVE_INFINITY

  constructor(state: State, now: () => number = Date.now) {
    this.#state = state
    this.#now = now
  }

  async refresh(): Promise<void> {
    if (this.#now() - this.#read < REFRESH_MS) return
    this.#read = this.#now()
    const decoder = new TextDecoder()
    this.#names = new Map([...(await this.#state.list('host/'))].map(([key, name]) => [key.slice('host/'.length), decoder.decode(name)]))
  }

  readonly lookup = (ip: string): string | undefined => this.#names.get(ip)
}
