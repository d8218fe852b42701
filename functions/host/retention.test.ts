import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@elastic/elasticsearch'
import { afterAll, describe, expect, it } from 'vitest'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import { findElasticsearch, leftOut } from '#adapters/servers.case.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { openElasticsearch } from '#adapters/store/elasticsearch/store.ts'
import type { Store } from '#adapters/store/port.ts'
import { exampleExchange } from '#events/exchange-parsed.ts'
import { retain } from './retention.ts'

const url = findElasticsearch()
if (url === undefined) leftOut('functions/host/retention.test.ts', 'no Elasticsearch: set ELASTICSEARCH_URL')

const scope = { team: 'red', principal: 'test' }
const DAY = 86_400_000
const NOW = Date.UTC(2026, 10, 24, 12)
const prefix = `t${randomUUID().slice(0, 8)}`
const directory = mkdtempSync(join(tmpdir(), 'spider-retention-'))
const client = url === undefined ? undefined : new Client({ node: url })

const indices = async (): Promise<string[]> =>
  Object.keys(await client!.indices.get({ index: `${prefix}-exchanges-*`, features: 'aliases' })).sort()

afterAll(async () => {
  rmSync(directory, { recursive: true })
  for (const index of client ? Object.keys(await client.indices.get({ index: `${prefix}-*`, features: 'aliases' })) : [])
    await client!.indices.delete({ index })
  await client?.indices.deleteIndexTemplate({ name: `${prefix}-*` }, { ignore: [404] })
  await client?.close()
})

async function filled(store: Store) {
  const state = await openState()
  const blobs = await openBlobs({ directory: join(directory, randomUUID()) })
  const days = [40, 31, 30, 29, 0]
  const at = (days: number): string => new Date(NOW - days * DAY).toISOString()
  await store.save(
    scope,
    'exchanges',
    days.map((days) => ({ ...exampleExchange, '@timestamp': at(days), event: { ...exampleExchange.event, id: `${days} days old` } })),
  )
  await store.flush()
  const old = await blobs.put('packets', NOW - 40 * DAY, Uint8Array.of(1))
  const young = await blobs.put('packets', NOW, Uint8Array.of(2))
  const kept = async (): Promise<string[]> => {
    const { items } = await store.find(scope, 'exchanges', { from: 0, to: 8e15, filter: { kind: 'all' }, size: 10, order: 'oldest' })
    return items.map(({ event }) => event.id)
  }
  return { ports: { state: async () => state, store: async () => store, blobs: async () => blobs }, kept, old, young, blobs }
}

describe('retention', () => {
  it.skipIf(url === undefined)('drops whole indices of Elasticsearch whose day is over for longer, and no other', async () => {
    const store = await openElasticsearch({ url: url!, prefix, keepDays: 30 })
    const { ports, kept } = await filled(store)
    expect(await indices()).toHaveLength(5)
    expect(await retain(ports, 30, 'a', NOW)).toBe(true)
    expect(await kept()).toEqual(['30 days old', '29 days old', '0 days old'])
    expect(await indices()).toEqual(['10.25', '10.26', '11.24'].map((day) => `${prefix}-exchanges-2026.${day}`))
    await store.close()
  })

  it('drops packets and bodies with the documents, and is done once an hour whoever asks', async () => {
    const { ports, kept, old, young, blobs } = await filled(await openDuckDb({ directory: ':memory:' }))
    expect(await retain(ports, 1_000, 'a', NOW)).toBe(true)
    expect(await retain(ports, 30, 'b', NOW + 3_000_000 - (NOW % 3_600_000))).toBe(false)
    expect(await kept()).toHaveLength(5)
    expect(await retain(ports, 35, 'b', NOW + 3_600_000)).toBe(true)
    expect(await kept()).not.toContain('40 days old')
    expect(await blobs.get(old)).toBeUndefined()
    expect(await blobs.get(young)).toEqual(Uint8Array.of(2))
  })

  it('is left to the next who asks when it fails', async () => {
    const { ports, kept } = await filled(await openDuckDb({ directory: ':memory:' }))
    const away = async (): Promise<never> => {
      throw new Error('the store is away')
    }
    await expect(retain({ ...ports, store: away }, 30, 'a', NOW)).rejects.toThrow('is away')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await retain(ports, 30, 'b', NOW + 60_000)).toBe(true)
    expect(await kept()).not.toContain('40 days old')
  })
})
