import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { LiveCalls } from '#events/documents/live.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { type Watch, Watcher } from './watcher.ts'

const EVERY_MS = 250

export type LiveMessage = { event: 'exchanges'; data: LiveCalls } | { event: 'status'; data: StatusDocument }

/** Hands what was stored to who watches, four times a second, each through their own filter. Costs nothing while nobody watches. */
export class LiveFeed {
  readonly #readers = new Map<Watcher, (message: LiveMessage) => void>()
  #timer: NodeJS.Timeout | undefined
  #flushed = 0
  /** Told when the first watcher comes and when the last has gone. */
  watching: (watched: boolean) => void = () => {}
  /** Whether every call that is stored is offered here: only then are counts by bins told. */
  readonly seesAll: boolean

  constructor({ seesAll = true } = {}) {
    this.seesAll = seesAll
  }

  get watched(): boolean {
    return this.#readers.size > 0
  }

  /** Watches until the answered function is called. */
  watch(watch: Watch, send: (message: LiveMessage) => void): () => void {
    const watcher = new Watcher(this.seesAll ? watch : { matches: watch.matches })
    this.#readers.set(watcher, send)
    if (this.#readers.size === 1) {
      this.watching(true)
      this.#flushed = performance.now()
      this.#timer = setInterval(() => this.#flush(), EVERY_MS)
    }
    return () => {
      if (!this.#readers.delete(watcher) || this.watched) return
      this.watching(false)
      clearInterval(this.#timer)
    }
  }

  /** Calls that were stored, as JSON documents. */
  offer(exchanges: readonly string[]): void {
    if (!this.watched) return
    for (const json of exchanges) this.offerDocument(JSON.parse(json) as ExchangeDocument)
  }

  offerDocument(document: ExchangeDocument): void {
    for (const watcher of this.#readers.keys()) watcher.take(document)
  }

  offerStatus(document: StatusDocument): void {
    for (const send of this.#readers.values()) send({ event: 'status', data: document })
  }

  #flush(): void {
    const now = performance.now()
    for (const [watcher, send] of this.#readers) {
      const data = watcher.tell(now - this.#flushed)
      if (data) send({ event: 'exchanges', data })
    }
    this.#flushed = now
  }
}
