import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { Bin, LiveCalls } from '#events/documents/live.ts'

/** Calls sent in a second: more than anybody reads. What is more is counted. */
const MOST_A_SECOND = 200
/** Calls remembered, so that one that is stored again is not counted again. */
const MOST_REMEMBERED = 100_000

/** What somebody watches. */
export interface Watch {
  matches: (document: ExchangeDocument) => boolean
  /** What calls are counted by, beside their sum: bins of time so wide (ms), and keys. */
  bins?: { width: number; keysOf: (document: ExchangeDocument) => string[] }
}

interface Place {
  time: number
  key: string
}

const NOWHERE: readonly Place[] = []

/** What one reader of the live feed is told: a sample of the calls, and exact counts of all. */
export class Watcher {
  readonly #watch: Watch
  /** Where calls are counted, by id: those that were stored last. */
  readonly #known = new Map<string, readonly Place[]>()
  #changes = new Map<string, Bin>()
  #waiting: { document: ExchangeDocument; fresh: boolean }[] = []
  #counted = 0
  #fresh = 0
  /** Calls that may be sent now. */
  #allowed = MOST_A_SECOND

  constructor(watch: Watch) {
    this.#watch = watch
  }

  take(document: ExchangeDocument): void {
    const { id } = document.event
    const before = this.#known.get(id)
    const fits = this.#watch.matches(document)
    if (!before && !fits) return
    this.#known.delete(id)
    for (const place of before ?? NOWHERE) this.#count(place, -1)
    if (!fits) {
      this.#counted--
      return
    }
    const places = this.#placesOf(document)
    for (const place of places) this.#count(place, 1)
    this.#remember(id, places)
    if (!before) {
      this.#counted++
      this.#fresh++
    }
    this.#waiting.push({ document, fresh: !before })
    if (this.#waiting.length > 2 * MOST_A_SECOND) this.#waiting = this.#waiting.slice(-MOST_A_SECOND)
  }

  /** What is to be told of the `ms` since it was asked last; undefined: nothing. */
  tell(ms: number): LiveCalls | undefined {
    this.#allowed = Math.min(this.#allowed + (MOST_A_SECOND * ms) / 1000, MOST_A_SECOND)
    const bins = [...this.#changes.values()].filter(({ count }) => count !== 0)
    if (this.#waiting.length === 0 && this.#counted === 0 && bins.length === 0) return undefined
    const sent = this.#waiting.slice(Math.max(this.#waiting.length - Math.floor(this.#allowed), 0))
    const skipped = this.#fresh - sent.filter(({ fresh }) => fresh).length
    const told = { items: sent.map(({ document }) => document), counted: this.#counted, skipped, ...(this.#watch.bins && { bins }) }
    this.#allowed -= sent.length
    this.#waiting = []
    this.#changes = new Map()
    this.#counted = 0
    this.#fresh = 0
    return told
  }

  #placesOf(document: ExchangeDocument): readonly Place[] {
    const { bins } = this.#watch
    if (!bins) return NOWHERE
    const time = Math.floor(Date.parse(document['@timestamp']) / bins.width) * bins.width
    return bins.keysOf(document).map((key) => ({ time, key }))
  }

  #remember(id: string, places: readonly Place[]): void {
    this.#known.set(id, places)
    if (this.#known.size > MOST_REMEMBERED) this.#known.delete(this.#known.keys().next().value as string)
  }

  #count({ time, key }: Place, by: number): void {
    const name = `${time} ${key}`
    const bin = this.#changes.get(name)
    if (bin) bin.count += by
    else this.#changes.set(name, { time, key, count: by })
  }
}
