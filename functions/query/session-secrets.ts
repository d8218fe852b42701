import type { Scope, Store } from '#adapters/store/port.ts'
import type { Filter } from '#engines/query/ast.ts'
import { keyLogOf } from '#engines/tls/known-secrets.ts'
import type { SecretsPort } from './ports.ts'

const MOST_HANDSHAKES = 100

/** What opens the TLS sessions of a connection, as a key log; empty when nothing is known (any more). */
export async function sessionKeyLog(store: Store, scope: Scope, secrets: Pick<SecretsPort, 'find'>, session: string): Promise<string> {
  const filter: Filter = {
    kind: 'and',
    of: [
      { kind: 'compare', field: 'spider.session.id', op: '=', value: session },
      { kind: 'compare', field: 'network.protocol', op: '=', value: 'tls' },
    ],
  }
  const { items } = await store.find(scope, 'exchanges', { from: 0, to: 8.64e15, filter, size: MOST_HANDSHAKES, order: 'oldest' })
  const names = items.flatMap(({ spider }) => [spider.tls?.client_random, spider.tls?.encrypted_premaster])
  const logs = [...new Set(names)].map(async (name) => {
    const found = name && (await secrets.find(name))
    return found ? keyLogOf(name, found) : ''
  })
  return (await Promise.all(logs)).join('')
}
