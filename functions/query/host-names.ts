import type { Scope, Store } from '#adapters/store/port.ts'

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
