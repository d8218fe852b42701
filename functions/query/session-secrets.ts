import type { Scope, Store } from '#adapters/store/port.ts'
import type { Filter } from '#engines/query/ast.ts'
import { keyLogOf } from '#engines/tls/known-secrets.ts'
import type { SecretsPort } from './ports.ts'

const MOST_HANDSHAKES = 100

/** What opens the TLS sessions of a connection, as a key log; empty when nothing is known (any more). */
export async function sessionKeyLog(store: Store, scope: Scope, secrets: SecretsPort, session: string): Promise<string> {
  const filter: Filter = {
    kind: 'and',
    of: [
      { kind: 'compare', field: 'spider.session.id', op: '=', value: session },
      { kind: 'compare', field: 'network.protocol', op: '=', value: 'tls' },
    ],
  }
  const { items } = await store.find(scope, 'exchanges', { from: 0, to: 8.64e15, filter, size: MOST_HANDSHAKES, order: 'oldest' })
  const randoms = items.map(({ spider }) => spider.tls?.client_random).filter((random) => random !== undefined)
  const logs = randoms.map(async (random) => {
    const found = await secrets.find(random)
    return found ? keyLogOf(random, found) : ''
  })
  return (await Promise.all(logs)).join('')
}
