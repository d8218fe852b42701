import { afterAll, expect, it } from 'vitest'
import { leftOut } from '../../servers.case.ts'
import { type Scope, StoreUnavailable } from '../port.ts'
import { call, DAY, NOON } from '../samples.case.ts'
import { ownServer } from './server.case.ts'
import { openElasticsearch } from './store.ts'

const RED: Scope = { team: 'red', principal: 'tester' }
const ALL = { from: NOON - DAY, to: NOON + DAY, filter: { kind: 'all' }, size: 1, order: 'newest' } as const

const server = await ownServer()
if (server === undefined)
  leftOut('adapters/store/elasticsearch/crash.test.ts', 'no Elasticsearch of its own: scripts/servers up elasticsearch builds one')
afterAll(() => server?.remove())

it.skipIf(server === undefined)(
  'loses nothing that was flushed when the server is killed, says that it is away, and goes on when it is back',
  async () => {
    const store = await openElasticsearch({ url: server!.url, patience: 300, codec: 'default' })
    let saved = 0
    let flushed = 0
    const write = async (rounds: number) => {
      for (let round = 0; round < rounds; round++) {
        await store.save(
          RED,
          'exchanges',
          Array.from({ length: 100 }, () => call(`c${saved}`, NOON + saved++)),
        )
        await store.flush()
        flushed = saved
      }
    }
    await write(5)
    const writing = write(10_000)
    const killed = (async () => {
      while (flushed <= 500) await new Promise((resolve) => setTimeout(resolve, 20))
      await server!.kill()
    })()
    await expect(writing).rejects.toThrow(StoreUnavailable)
    await killed
    await expect(store.flush()).rejects.toThrow(/^Elasticsearch at 127\.0\.0\.1:\d+ cannot be reached/)
    await expect(store.health()).rejects.toThrow(StoreUnavailable)
    await expect(store.find(RED, 'exchanges', ALL)).rejects.toThrow(StoreUnavailable)
    await expect(openElasticsearch({ url: server!.url })).rejects.toThrow(StoreUnavailable)

    await server!.begin()
    const other = await openElasticsearch({ url: server!.url })
    expect((await other.find(RED, 'exchanges', ALL)).total).toBeGreaterThanOrEqual(flushed)
    await store.flush()
    await store.health()
    expect((await other.find(RED, 'exchanges', ALL)).total).toBe(saved)
    await other.close()
    await store.close()
  },
  90_000,
)

it.skipIf(server === undefined)(
  'keeps no more than a bound of what a server that is away does not take',
  async () => {
    const store = await openElasticsearch({ url: server!.url, patience: 100, codec: 'default' })
    await server!.kill()
    const large = Array.from({ length: 100 }, (_, i) => call(`l${i}`, NOON + i, { path: `/${'x'.repeat(60_000)}` }))
    let taken = 0
    const fill = async () => {
      for (;;) {
        await store.save(
          RED,
          'exchanges',
          large.map((document) => ({ ...document, event: { ...document.event, id: `${document.event.id}-${taken}` } })),
        )
        taken++
      }
    }
    await expect(fill()).rejects.toThrow(StoreUnavailable)
    expect(taken).toBeLessThan(20)
    await expect(store.close()).rejects.toThrow(StoreUnavailable)
  },
  90_000,
)
