import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from '@elastic/elasticsearch'
import { afterAll, describe, expect, it } from 'vitest'
import { findElasticsearch, leftOut } from '../../servers.case.ts'
import { InvalidDocument, type Scope, StoreUnavailable, StoreUnusable } from '../port.ts'
import { call, DAY, NOON } from '../samples.case.ts'
import type { ElasticsearchOptions } from './connect.ts'
import { openElasticsearch } from './store.ts'

const RED: Scope = { team: 'red', principal: 'tester' }
const ALL = { from: NOON - 9 * DAY, to: NOON + 9 * DAY, filter: { kind: 'all' }, size: 100, order: 'newest' } as const

const url = findElasticsearch()
if (url === undefined) leftOut('adapters/store/elasticsearch/faults.test.ts', 'no Elasticsearch: set ELASTICSEARCH_URL')
const client = new Client({ node: url ?? 'http://127.0.0.1:1' })
const made: string[] = []

const newPrefix = (): string => {
  made.push(`f${randomUUID().slice(0, 8)}`)
  return made.at(-1)!
}
const open = (prefix: string, options: Partial<ElasticsearchOptions> = {}) =>
  openElasticsearch({ url: url!, prefix, codec: 'default', patience: 300, ...options })

afterAll(async () => {
  for (const prefix of made) {
    for (const index of Object.keys(await client.indices.get({ index: `${prefix}-*`, features: 'aliases' })))
      await client.indices.delete({ index })
    await client.indices.deleteIndexTemplate({ name: `${prefix}-*` }, { ignore: [404] })
  }
  await client.close()
})

describe.skipIf(url === undefined)('a store on Elasticsearch', () => {
  it.each([
    [
      'read-only',
      (index: string) => client.indices.putSettings({ index, settings: { 'index.blocks.read_only': true } }),
      (index: string) => client.indices.putSettings({ index, settings: { 'index.blocks.read_only': null } }),
      /^Elasticsearch at \S+ lets nothing be written: remove the block from its index settings/,
    ],
    [
      'read-only since the disk is nearly full',
      (index: string) => client.indices.putSettings({ index, settings: { 'index.blocks.read_only_allow_delete': true } }),
      (index: string) => client.indices.putSettings({ index, settings: { 'index.blocks.read_only_allow_delete': null } }),
      /^Elasticsearch at \S+ has too little disk left, and lets nothing be written: make room/,
    ],
    [
      'closed',
      (index: string) => client.indices.close({ index }),
      (index: string) => client.indices.open({ index }),
      /^Elasticsearch at \S+ refused \(index_closed_exception/,
    ],
  ])('keeps what one index that is %s does not take, and writes all others', async (_, lock, unlock, message) => {
    const prefix = newPrefix()
    const store = await open(prefix)
    await store.save(RED, 'exchanges', [call('before', NOON)])
    await store.flush()
    await lock(`${prefix}-exchanges-2026.01.05`)
    await store.save(RED, 'exchanges', [call('locked', NOON + 1), call('other', NOON + DAY)])
    for (const flushed of [store.flush(), store.flush()]) {
      await expect(flushed).rejects.toThrow(StoreUnavailable)
      await expect(flushed).rejects.toThrow(message)
    }
    await expect(store.health()).rejects.toThrow(message)
    await client.indices.refresh({ index: `${prefix}-exchanges-2026.01.06` })
    expect((await client.count({ index: `${prefix}-exchanges-2026.01.06` })).count).toBe(1)
    await unlock(`${prefix}-exchanges-2026.01.05`)
    await store.flush()
    await store.health()
    expect((await store.find(RED, 'exchanges', ALL)).items.map(({ event }) => event.id)).toEqual(['other', 'locked', 'before'])
    await store.close()
  })

  it('leaves out documents that Elasticsearch refuses, or that are too large, and keeps all others', async () => {
    const store = await open(newPrefix())
    const wrong = { ...call('wrong', NOON), url: { path: { not: 'a text' } } }
    const huge = { ...call('huge', NOON), note: 'x'.repeat(9 << 20) }
    const outside = { ...call('outside', NOON), '@timestamp': '2300-01-01T00:00:00Z' }
    await store.saveJson(
      RED,
      'exchanges',
      [call('first', NOON), wrong, huge, outside, call('last', NOON + 1)].map((document) => JSON.stringify(document)),
    )
    const flushed = store.flush()
    await expect(flushed).rejects.toThrow(InvalidDocument)
    await expect(flushed).rejects.toThrow(/^3 documents were left out: .*longer than.*between 1970 and 2262.*document_parsing_exception/)
    await store.flush()
    expect((await store.find(RED, 'exchanges', ALL)).items.map(({ event }) => event.id)).toEqual(['last', 'first'])
    await store.close()
  })

  it('keeps one of a document that two processes write on either side of midnight at the same time', async () => {
    const prefix = newPrefix()
    // Indices are made meanwhile: one whose shards are not there yet is asked again.
    const patient = { patience: 20_000 }
    const stores = await Promise.all([open(prefix, patient), open(prefix, patient)])
    const midnight = NOON + DAY / 2
    const ids = Array.from({ length: 50 }, (_, i) => `m${i}`)
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        stores.map(async (store, i) => {
          await store.save(
            RED,
            'exchanges',
            ids.map((id) => call(`${id}-${round}`, midnight + (i === 0 ? -1 : 1))),
          )
          await store.flush()
        }),
      )
      await Promise.all(stores.map((store) => store.flush()))
    }
    await client.indices.refresh({ index: `${prefix}-*` })
    expect((await stores[0].find(RED, 'exchanges', ALL)).total).toBe(150)
    for (const store of stores) await store.close()
  })

  it('goes on from a page whose point in time is gone, or known to another process', async () => {
    const prefix = newPrefix()
    const [store, other] = await Promise.all([open(prefix), open(prefix)])
    await store.save(
      RED,
      'exchanges',
      Array.from({ length: 10 }, (_, i) => call(`c${i}`, NOON + i)),
    )
    await store.flush()
    const first = await store.find(RED, 'exchanges', { ...ALL, size: 3 })
    const second = await store.find(RED, 'exchanges', { ...ALL, size: 3, after: first.next })
    await store.save(RED, 'exchanges', [call('new', NOON + 4.5)])
    await store.flush()
    const third = await store.find(RED, 'exchanges', { ...ALL, size: 3, after: second.next })
    expect([third.total, third.items.map(({ event }) => event.id)]).toEqual([10, ['c3', 'c2', 'c1']]) // of its point in time
    expect((await other.find(RED, 'exchanges', { ...ALL, size: 3, after: second.next })).items.map(({ event }) => event.id)).toEqual([
      'c3',
      'c2',
      'c1',
    ])
    await client.indices.close({ index: `${prefix}-exchanges-2026.01.05` }) // ends every point in time
    await client.indices.open({ index: `${prefix}-exchanges-2026.01.05` })
    await client.cluster.health({ index: `${prefix}-*`, wait_for_status: 'yellow' })
    const fourth = await store.find(RED, 'exchanges', { ...ALL, size: 3, after: third.next })
    expect(fourth.items.map(({ event }) => event.id)).toEqual(['c0'])
    await store.close()
    await other.close()
  })

  it('opens many times at once', async () => {
    const prefix = newPrefix()
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(prefix)))
    await Promise.all(
      stores.map(async (store, i) => {
        await store.save(RED, 'exchanges', [call(`c${i}`, NOON + i), call('same', NOON)])
        await store.flush()
      }),
    )
    expect((await stores[0].find(RED, 'exchanges', ALL)).total).toBe(7)
    for (const store of stores) await store.close()
  })

  it('refuses the indices of a newer version, and adds fields to those of an older build', async () => {
    const prefix = newPrefix()
    const older = await open(prefix)
    await older.save(RED, 'exchanges', [call('a', NOON)])
    await older.flush()
    await older.close()
    const name = `${prefix}-exchanges`
    const { index_templates } = await client.indices.getIndexTemplate({ name })
    const { template, ...rest } = index_templates[0].index_template
    await client.indices.putIndexTemplate({ name, ...rest, _meta: { version: 99 } } as never)
    const refused = open(prefix)
    await expect(refused).rejects.toThrow(StoreUnusable)
    await expect(refused).rejects.toThrow(/were written by version 99 of the store, this is version 1: start a Spider that is as new/)
    const properties = { ...template!.mappings!.properties, later: { type: 'keyword' } }
    delete (properties as Record<string, unknown>).error
    await client.indices.putIndexTemplate({
      name,
      ...rest,
      template: { ...template, mappings: { ...template!.mappings, properties } },
    } as never)
    await (await open(prefix)).close()
    const upgraded = (await client.indices.getIndexTemplate({ name })).index_templates[0].index_template.template!.mappings!.properties!
    expect(Object.keys(upgraded)).toEqual(expect.arrayContaining(['error', 'later']))
  })
})

describe('a server that does not let us in', () => {
  it.each([
    [
      'wrong credentials',
      401,
      { error: { type: 'security_exception', reason: 'unable to authenticate user [spider]' }, status: 401 },
      true,
      /^Elasticsearch at \S+ refuses the user and password or API key: check them$/,
    ],
    [
      'a user without rights',
      403,
      { error: { type: 'security_exception', reason: 'action [x] is unauthorized' }, status: 403 },
      true,
      /does not let this user do that: give it the role/,
    ],
    [
      'Elasticsearch 8',
      400,
      { error: { type: 'media_type_header_exception', reason: 'Invalid media-type value on headers' }, status: 400 },
      true,
      /is of another version: Spider needs 9\.0 or later$/,
    ],
    [
      'Elasticsearch 7',
      406,
      { error: 'Content-Type header is not supported', status: 406 },
      true,
      /is of another version: Spider needs 9\.0 or later$/,
    ],
    ['OpenSearch', 200, { nodes: { a: { version: '2.19.0' } } }, false, /is not Elasticsearch: Spider needs Elasticsearch 9\.0 or later$/],
  ])('%s: one sentence, without the password', async (_, status, body, isElastic, message) => {
    const server = createServer((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...(isElastic && { 'x-elastic-product': 'Elasticsearch' }) })
      response.end(JSON.stringify(body))
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const opened = openElasticsearch({ url: `http://spider:secret-1@127.0.0.1:${port}` })
    await expect(opened).rejects.toThrow(StoreUnusable)
    await expect(opened).rejects.toThrow(message)
    await expect(opened).rejects.not.toThrow(/secret-1/)
    server.close()
    server.closeAllConnections()
  })

  it('nobody there: may succeed later', async () => {
    const opened = openElasticsearch({ url: 'http://spider:secret-1@127.0.0.1:1' })
    await expect(opened).rejects.toThrow(StoreUnavailable)
    await expect(opened).rejects.toThrow(/^Elasticsearch at 127\.0\.0\.1:1 cannot be reached \([^\n]*\)$/)
  })
})
