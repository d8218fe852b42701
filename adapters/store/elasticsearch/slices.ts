import type { Client } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { reasonOf } from './errors.ts'
import { aliasOf, DAY_MS, dayName, dayOf, REST } from './names.ts'

/** More days than these, in all and new at once, share an index: a file may have wild times, and an index is a dear thing to have. */
const MOST_DAYS = 200
const MOST_NEW_DAYS = 8

/**
 * The indices of all families: one for each day of documents, and one for the rest.
 * A day that the rest takes is an alias to it by the name that the day's own index would have. Elasticsearch has a name only once,
 * so all processes agree for good where a day lies, whoever sees it first.
 */
export class Slices {
  readonly #client: Client
  readonly #prefix: string
  readonly #known = new Map<Family, Set<string>>()

  constructor(client: Client, prefix: string) {
    this.#client = client
    this.#prefix = prefix
  }

  /** Index or alias for documents of a time. Hosts have no time of their own: a name is seen again and again. */
  nameAt(family: Family, time: number): string {
    return `${aliasOf(this.#prefix, family)}-${family === 'hosts' ? REST : dayName(Math.floor(time / DAY_MS))}`
  }

  /** Pattern of all indices, of all families. */
  get all(): string {
    return `${this.#prefix}-*`
  }

  rest(family: Family): string {
    return `${aliasOf(this.#prefix, family)}-${REST}`
  }

  /** Sees to it that all these are there. */
  async ensure(family: Family, names: ReadonlySet<string>): Promise<void> {
    const known = this.#of(family)
    if (names.isSubsetOf(known)) return
    await this.load(family)
    const days = [...known].filter((name) => dayOf(name) !== undefined).length
    const missing = [...names.difference(known)].sort().reverse() // the newest get an index of their own
    const own = missing.filter((name) => dayOf(name) !== undefined).slice(0, Math.max(0, Math.min(MOST_NEW_DAYS, MOST_DAYS - days)))
    const shared = missing.filter((name) => dayOf(name) !== undefined && !own.includes(name))
    await Promise.all(own.map((name) => this.#create(name)))
    if (missing.includes(this.rest(family)) || (shared.length > 0 && !known.has(this.rest(family)))) await this.#create(this.rest(family))
    if (shared.length > 0) await this.#share(family, shared)
    await this.load(family)
  }

  /** Asks what is there: other processes make and drop indices too. Answers the concrete indices. */
  async load(family: Family): Promise<string[]> {
    const found = await this.#client.indices.getAlias({ index: `${aliasOf(this.#prefix, family)}-*` })
    const indices = Object.keys(found)
    const aliases = Object.values(found).flatMap(({ aliases }) => Object.keys(aliases))
    this.#known.set(family, new Set([...indices, ...aliases]))
    return indices
  }

  /** Days of the rest, by the names of their aliases. */
  async sharedDays(family: Family): Promise<string[]> {
    const found = await this.#client.indices.getAlias({ index: this.rest(family) }, { ignore: [404] })
    return Object.keys(found[this.rest(family)]?.aliases ?? {}).filter((name) => dayOf(name) !== undefined)
  }

  async unshare(family: Family, aliases: readonly string[]): Promise<void> {
    const index = this.rest(family)
    await this.#client.indices.updateAliases({ actions: aliases.map((alias) => ({ remove: { index, alias, must_exist: false } })) })
    await this.load(family)
  }

  #of(family: Family): Set<string> {
    const known = this.#known.get(family) ?? new Set()
    this.#known.set(family, known)
    return known
  }

  async #create(index: string): Promise<void> {
    try {
      await this.#client.indices.create({ index, wait_for_active_shards: 1 })
    } catch (error) {
      requireTaken(error)
    }
  }

  async #share(family: Family, names: readonly string[]): Promise<void> {
    const index = this.rest(family)
    try {
      await this.#client.indices.updateAliases({ actions: names.map((alias) => ({ add: { index, alias } })) })
    } catch (error) {
      requireTaken(error) // one of them was made an index meanwhile; the next attempt sees which
    }
  }
}

/** Another process was first: what was wanted is there. */
function requireTaken(error: unknown): void {
  const { type, reason } = reasonOf(error)
  if (type === 'resource_already_exists_exception') return
  if (/^invalid_(index|alias)_name_exception$/.test(type) && /exists/.test(reason)) return
  throw error
}
