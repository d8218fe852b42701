import type { Scope, Store } from '#adapters/store/port.ts'
import type { LiveFeed } from './live.ts'

const EVERY_MS = 1_000
/** Calls are looked for that began so long ago at most: what is stored later than that is found by a search, not shown live. */
const BACK_MS = 60_000
const MOST = 500

/** Looks once a second for calls that other instances stored, and offers them to the live feed. */
export class StorePoll {
  readonly #store: Store
  readonly #scope: Scope
  readonly #live: LiveFeed
  readonly #now: () => number
  /** What was offered: id of the call, and how it stood. */
  #offered = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #fresh = true

  constructor(store: Store, scope: Scope, live: LiveFeed, now: () => number) {
    this.#store = store
    this.#scope = scope
    this.#live = live
    this.#now = now
  }

  start(): void {
    if (this.#timer) return
    this.#fresh = true
    const again = async (): Promise<void> => {
      await this.once().catch((error: Error) => process.stderr.write(`the live feed: ${error.message}\n`))
      if (this.#timer) this.#timer = setTimeout(again, EVERY_MS)
    }
    this.#timer = setTimeout(again, 0)
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#offered.clear()
  }

  /** The newest calls; those of before the first look are what a search shows already. */
  async once(): Promise<void> {
    const now = this.#now()
    const search = { from: now - BACK_MS, to: now + BACK_MS, filter: { kind: 'all' } as const, size: MOST, order: 'newest' as const }
    const { items } = await this.#store.find(this.#scope, 'exchanges', search)
    const offered = new Map<string, string>()
    for (const document of items.reverse()) {
      const { id } = document.event
      const stands = `${document.spider.status}/${document.spider.agents.length}`
      if (!this.#fresh && this.#offered.get(id) !== stands) this.#live.offerDocument(document)
      offered.set(id, stands)
    }
    this.#offered = offered
    this.#fresh = false
  }
}
