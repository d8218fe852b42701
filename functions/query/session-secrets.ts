import { createHmac } from 'node:crypto'
import type { Scope, Store } from '#adapters/store/port.ts'
import type { Filter } from '#engines/query/ast.ts'
import type { Ciphers } from '#engines/tls/ciphers.ts'
import { earlyTrafficSecret } from '#engines/tls/keys13.ts'
import { keyLogOf } from '#engines/tls/known-secrets.ts'
import type { Secrets } from '#engines/tls/secrets.ts'
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
  const names = items.flatMap(({ spider: { tls } }) => [tls?.client_random, tls?.encrypted_premaster])
  const helloHashes = new Map(items.map(({ spider: { tls } }) => [tls?.client_random, tls?.client_hello_hash]))
  const logs = [...new Set(names)].map(async (name) => {
    const found = name && (await secrets.find(name))
    return found ? keyLogOf(name, withEarly(found, helloHashes.get(name))) : ''
  })
  return (await Promise.all(logs)).join('')
}

/** As other tools know it: the secret of early data for what it follows from. */
function withEarly({ EARLY_SECRET: early, ...secrets }: Secrets, helloHash: string | undefined): Secrets {
  if (early === undefined || helloHash === undefined) return secrets
  const [secret, context] = [Buffer.from(early, 'hex'), Buffer.from(helloHash, 'hex')]
  const hash = secret.length === 48 ? 'sha384' : 'sha256'
  return { CLIENT_EARLY_TRAFFIC_SECRET: Buffer.from(earlyTrafficSecret({ hmac }, hash, secret, context)).toString('hex'), ...secrets }
}

const hmac: Ciphers['hmac'] = (name, key) => (parts) => {
  const digest = createHmac(name, key)
  for (const part of parts) digest.update(part)
  return digest.digest()
}
