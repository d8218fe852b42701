import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { StatusDocument } from '#events/documents/status.ts'

const EVERY_MS = 250
/** Calls sent to one client at a time: more are counted exactly and left out. */
const MOST = 200
const MOST_WAITING = 2_000

export interface LiveMessage {
  event: 'exchanges' | 'status'
  data: unknown
}

interface Client {
  matches: (document: ExchangeDocument) => boolean
  send: (message: LiveMessage) => void
  waiting: ExchangeDocument[]
  counted: number
}

/** Hands what was stored to who watches, four times a second, each through their own filter. Costs nothing while nobody watches. */
export class LiveFeed {
  readonly #clients = new Set<Client>()
  #timer: NodeJS.Timeout | undefined
  /** Told when the first watcher comes and when the last has gone. */
  watching: (watched: boolean) => void = () => {}

  get watched(): boolean {
    return this.#clients.size > 0
  }

  /** Watches until the answered function is called. */
  watch(matches: (document: ExchangeDocument) => boolean, send: (message: LiveMessage) => void): () => void {
    const client: Client = { matches, send, waiting: [], counted: 0 }
    this.#clients.add(client)
    if (this.#clients.size === 1) this.watching(true)
    this.#timer ??= setInterval(() => this.#flush(), EVERY_MS)
    return () => {
      this.#clients.delete(client)
      if (this.#clients.size > 0) return
      this.watching(false)
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }

  /** Calls that were stored, as JSON documents. */
  offer(exchanges: readonly string[]): void {
    if (!this.watched) return
    for (const json of exchanges) this.offerDocument(JSON.parse(json) as ExchangeDocument)
  }

  offerDocument(document: ExchangeDocument): void {
    for (const client of this.#clients) {
      if (!client.matches(document)) continue
      client.counted++
      client.waiting.push(document)
      if (client.waiting.length > MOST_WAITING) client.waiting = client.waiting.slice(-MOST)
    }
  }

  offerStatus(document: StatusDocument): void {
    for (const client of this.#clients) client.send({ event: 'status', data: document })
  }

  #flush(): void {
    for (const client of this.#clients) {
      if (client.counted === 0) continue
      const items = client.waiting.slice(-MOST)
      client.send({ event: 'exchanges', data: { items, counted: client.counted, skipped: client.counted - items.length } })
      client.waiting = []
      client.counted = 0
    }
  }
}
