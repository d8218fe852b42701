import { isDeepStrictEqual } from 'node:util'
import type { State } from '#adapters/state/port.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { merge } from '#engines/dedup/merge.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { ExchangeConsumer, Parsed } from '../lane/exchanges.ts'
import type { Observers } from './observers.ts'

export interface MergerPorts {
  store: Store
  state: State
  /** Told of every stored call, once it is durable. */
  announce: (documents: readonly string[]) => void
}

/** Stores the calls of one lane. Calls that only one agent saw pass through; those of a second observer are merged into the first one's. */
export class Merger implements ExchangeConsumer {
  readonly #ports: MergerPorts
  readonly #observers: Observers
  readonly #scope: Scope
  #saved: (Parsed & { agent: string })[] = []
  #second = new Map<string, ExchangeDocument>()

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
        this.#saved.push({ ...each, agent })
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
    this.#second.set(document.event.id, document)
  }

  /** Everything taken is stored, merged, and durable when it resolves. */
  async settle(): Promise<void> {
    const saved = this.#saved
    const second = this.#second
    if (saved.length + second.size === 0) return
    await this.#ports.store.flush()
    const merged = await this.#mergeUntilStable(await this.#mine(saved, second))
    this.#saved = []
    this.#second = new Map()
    this.#ports.announce([
      ...saved.filter((each) => !merged.has(each.id)).map((each) => each.json),
      ...[...merged.values()].map((document) => JSON.stringify(document)),
    ])
  }

  /**
   * The calls of this lane that several agents saw: as the store has them where another was first, as they were just
   * stored where this one was. Then this one's share is kept for the others too, for one of them may store last.
   */
  async #mine(
    saved: readonly (Parsed & { agent: string })[],
    second: ReadonlyMap<string, ExchangeDocument>,
  ): Promise<Map<string, ExchangeDocument>> {
    const mine = new Map(second)
    if (second.size > 0)
      for (const document of await this.#ports.store.getMany(this.#scope, 'exchanges', [...second.keys()]))
        mine.set(document.event.id, document)
    const doubles = saved.length > 0 ? await this.#observers.doubles() : new Map()
    for (const { id, session, agent, json } of saved) {
      if (!doubles.has(session)) continue
      await this.#observers.keep(id, agent, json)
      if (!doubles.get(session).includes(agent)) await this.#observers.join(session, agent)
      mine.set(id, JSON.parse(json) as ExchangeDocument)
    }
    return mine
  }

  /**
   * Merges with what the observers kept, stores, and looks again: who kept something meanwhile may have stored
   * before this did, without this one's share. Whoever stores last finds everything.
   */
  async #mergeUntilStable(mine: Map<string, ExchangeDocument>): Promise<Map<string, ExchangeDocument>> {
    const merged = new Map<string, ExchangeDocument>()
    let open = [...mine.values()]
    while (open.length > 0) {
      const doubles = await this.#observers.doubles()
      const changed: ExchangeDocument[] = []
      for (const document of open) {
        const before = merged.get(document.event.id) ?? document
        const kept = await this.#observers.kept(document.event.id, doubles.get(document.spider.session.id) ?? [])
        const after = kept.reduce((sum, other) => merge(sum, JSON.parse(other) as ExchangeDocument), before)
        if (merged.has(document.event.id) && isDeepStrictEqual(after, before)) continue
        merged.set(document.event.id, after)
        changed.push(after)
      }
      if (changed.length > 0) {
        await this.#ports.store.save(this.#scope, 'exchanges', changed)
        await this.#ports.store.flush()
      }
      open = changed
    }
    return merged
  }
}
