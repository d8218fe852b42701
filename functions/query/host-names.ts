import type { Scope, Store } from '#adapters/store/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'

/** Addresses of one question, and names looked through for them: an address may have had several. */
export const MOST_ADDRESSES = 200
const MOST_NAMES = 1000

/** The name that each address had last; those without one are left out. At most `MOST_ADDRESSES`. */
export async function hostNames(store: Store, scope: Scope, ips: readonly string[]): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  if (ips.length === 0) return names
  const of = ips.map((value) => ({ kind: 'compare', field: 'host.ip', op: '=', value }) as const)
  const filter = of.length === 1 ? of[0] : ({ kind: 'or', of } as const)
  const range = { from: 0, to: Number.MAX_SAFE_INTEGER, filter }
  const { items } = await store.find(scope, 'hosts', { ...range, size: MOST_NAMES, order: 'newest' })
  for (const { host } of items) if (!names.has(host.ip)) names.set(host.ip, host.name)
  return names
}

/** Names the ends of calls, page by page: as the call has it, else by the name that the address had last. */
export class EndNames {
  readonly #store: Store
  readonly #scope: Scope
  readonly #names = new Map<string, string>()
  readonly #asked = new Set<string>()

  constructor(store: Store, scope: Scope) {
    this.#store = store
    this.#scope = scope
  }

  /** Learns the names of the ends that have none; of more than `MOST_ADDRESSES` of a page the others go by their address. */
  async learn(calls: readonly ExchangeDocument[]): Promise<void> {
    const bare = calls.flatMap(({ client, server }) => [client, server]).flatMap(({ ip, domain }) => (domain === undefined ? [ip] : []))
    const fresh = [...new Set(bare)].filter((ip) => !this.#asked.has(ip)).slice(0, MOST_ADDRESSES)
    for (const ip of fresh) this.#asked.add(ip)
    for (const [ip, name] of await hostNames(this.#store, this.#scope, fresh)) this.#names.set(ip, name)
  }

  of({ ip, domain }: ExchangeDocument['client']): string | undefined {
    return domain ?? this.#names.get(ip)
  }
}
