import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import { call, NOON } from '#adapters/store/samples.case.ts'
import { type KeyLogLine, readLine } from '#engines/tls/keylog.ts'
import { KnownSecrets } from '#engines/tls/known-secrets.ts'
import { sessionKeyLog } from './session-secrets.ts'

const scope = { team: 'red', principal: 'test' }
const [random, other, premaster] = ['ab'.repeat(32), 'cd'.repeat(32), '0123456789abcdef']
const early = '9b2188e9b2fc6d64d71dc329900e20bb41915000f678aa839cbb797cb7d8332c'
const helloHash = '08ad0fa05d7c7233b1775ba2ff9f4c5b8b59276b7f227f13a976245f5d960913'
const lines = [
  // RFC 8448 section 4.
  `CLIENT_EARLY_TRAFFIC_SECRET ${random} 3fbbe6a60deb66c30a32795aba0eff7eaa10105586e7be5c09678d63b6caab62`,
  `CLIENT_RANDOM ${random} ${'01'.repeat(48)}`,
  `RSA ${premaster} ${'0303'.repeat(24)}`,
]

let store: Store
beforeAll(async () => {
  store = await openDuckDb({ directory: ':memory:' })
  const handshake = (id: string, tls: Record<string, string>) => {
    const { http: _, url: __, ...rest } = call(id, NOON)
    return { ...rest, network: { ...rest.network, protocol: 'tls' }, spider: { ...rest.spider, session: { id: 's' }, tls } }
  }
  await store.save(scope, 'exchanges', [
    handshake('one', { client_random: random, client_hello_hash: helloHash }),
    handshake('two', { client_random: other, encrypted_premaster: premaster }),
  ])
  await store.flush()
})
afterAll(() => store.close())

it('a key log of a connection has the secrets of all its handshakes, under whatever names them', async () => {
  const known = new KnownSecrets()
  for (const line of [...lines.slice(1), `EARLY_SECRET ${random} ${early}`, `CLIENT_RANDOM ${'ef'.repeat(32)} ${'02'.repeat(48)}`])
    known.add(readLine(line) as KeyLogLine)
  const find = async (name: string) => known.find(name)
  const log = await sessionKeyLog(store, scope, { find }, 's')
  expect(log.trim().split('\n').sort()).toEqual(lines)
})
