import type { State } from '#adapters/state/port.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { merge } from '#engines/dedup/merge.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { Observers } from './observers.ts'

/** A call as one agent saw it: its document as JSON, and what tells the connection. */
export interface Parsed {
  id: string
  session: string
  peerKey: string | undefined
  json: string
}

export interface MergerPorts {
  store: Store
  state: State
  /** Told of every stored call, once it is durable. */
  announce: (documents: readonly string[]) => void
}

/** Stores the calls of one lane. Calls that only one agent saw pass through; those of a second observer are merged into the first one's. */
export class Merger {
  readonly #ports: MergerPorts
  readonly #observers: Observers
  readonly #scope: Scope
  #saved: Parsed[] = []
  #second: ExchangeDocument[] = []

  constructor(ports: MergerPorts, observers: Observers, team: string) {
    this.#ports = ports
    this.#observers = observers
    this.#scope = { team, principal: 'function:dedup' }
  }

  async take(agent: string, _sequence: number, parsed: readonly Parsed[]): Promise<void> {
    const lines: string[] = []
    for (const each of parsed) {
      const { session, first } = await this.#observers.observe(agent, each.session, each.peerKey)
      if (first) {
        lines.push(each.json)
        this.#saved.push(each)
      } else {
        await this.#takeSecond(agent, session, each)
      }
    }
    if (lines.length > 0) await this.#ports.store.saveJson(this.#scope, 'exchanges', lines)
  }

  async #takeSecond(agent: string, session: string, parsed: Parsed): Promise<void> {
    const document = JSON.parse(parsed.json) as ExchangeDocument
    document.event.id = session + parsed.id.slice(parsed.session.length)
    document.spider.session.id = session
    await this.#observers.keep(document.event.id, agent, JSON.stringify(document))
    this.#second.push(document)
  }

  /** Everything taken is stored, merged, and durable when it resolves. */
  async settle(): Promise<void> {
    const { store } = this.#ports
    const saved = this.#saved
    const second = this.#second
    if (saved.length + second.length === 0) return
    await store.flush()
    const merged = [...(await this.#mergeSecond(second)), ...(await this.#mergeSaved(saved))]
    if (merged.length > 0) {
      await store.save(this.#scope, 'exchanges', merged)
      await store.flush()
    }
    this.#saved = []
    this.#second = []
    const again = new Set(merged.map((document) => document.event.id))
    this.#ports.announce([...saved.filter((each) => !again.has(each.id)).map((each) => each.json), ...merged.map((document) => JSON.stringify(document))])
  }

  /** A second observer merges with what the store has of the first. */
  async #mergeSecond(second: ExchangeDocument[]): Promise<ExchangeDocument[]> {
    if (second.length === 0) return []
    const there = await this.#ports.store.getMany(this.#scope, 'exchanges', second.map((document) => document.event.id))
    const byId = new Map(there.map((document) => [document.event.id, document]))
    return second.map((document) => {
      const first = byId.get(document.event.id)
      return first ? merge(first, document) : document
    })
  }

  /** The first observer merges what second observers kept meanwhile: its own plain document has just replaced theirs. */
  async #mergeSaved(saved: Parsed[]): Promise<ExchangeDocument[]> {
    if (saved.length === 0) return []
    const doubles = await this.#observers.doubles()
    const merged: ExchangeDocument[] = []
    for (const each of saved) {
      if (!doubles.has(each.session)) continue
      const others = await this.#observers.kept(each.id)
      if (others.length === 0) continue
      merged.push(others.reduce((document, other) => merge(document, JSON.parse(other) as ExchangeDocument), JSON.parse(each.json) as ExchangeDocument))
    }
    return merged
  }
}
