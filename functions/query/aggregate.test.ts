import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import { call, NOON } from '#adapters/store/samples.case.ts'
import { createApi } from './api.ts'
import { LiveFeed } from './live.ts'
import type { QueryPorts } from './ports.ts'

const SCOPE = { team: 'red', principal: 'test' }
let app: FastifyInstance
let store: Store

beforeAll(async () => {
  store = await openDuckDb({ directory: ':memory:' })
  await store.save(
    SCOPE,
    'exchanges',
    Array.from({ length: 25 }, (_, i) => call(`call-${i}`, NOON + i * 10_000, { status: i % 5 === 0 ? 503 : 200, server: 'orders' })),
  )
  await store.flush()
  app = await createApi({ store, live: new LiveFeed(), scope: () => SCOPE, now: () => NOON } as unknown as QueryPorts)
})
afterAll(async () => {
  await app.close()
  await store.close()
})

const ask = async (query: Record<string, string>) => {
  const answer = await app.inject({ url: '/api/v1/aggregate', query })
  return { code: answer.statusCode, body: answer.json() }
}

describe('aggregations over the API', () => {
  it('count the links of a map in one call', async () => {
    const { body } = await ask({ by: 'client.address,server.address,network.protocol,status_class', metrics: 'errors,p50' })
    expect(body.groups).toEqual([
      { key: ['10.1.0.9', 'orders', 'http', '2xx'], count: 20, errors: 0, p50: 2e6 },
      { key: ['10.1.0.9', 'orders', 'http', '5xx'], count: 5, errors: 5, p50: 2e6 },
    ])
    expect(body.total).toEqual({ count: 25, errors: 5, p50: 2e6 })
    expect(body.others).toBeUndefined()
  })

  it('count the cells of a heat map in one call, in bins of a readable width', async () => {
    const { body } = await ask({ by: 'time,event.duration:log4', sort: 'key', bins: '10' })
    expect(body.width).toBe(30_000)
    expect(body.groups).toHaveLength(9)
    expect(body.groups[0]).toEqual({ key: [NOON, 10 ** 6.25], count: 3 })
  })

  it('compute what they are sorted by, and say what they leave out', async () => {
    const { body } = await ask({ by: 'id', sort: '-max', most: '3' })
    expect(body.groups[0].max).toBe(2e6)
    expect(body.others).toEqual({ groups: 22, count: 22 })
  })

  it.each([
    [{ by: 'weather' }, 'by=weather: there is no such field'],
    [{ by: 'method:5' }, 'no quantity'],
    [{ by: 'event.duration:log0' }, '1 to 50'],
    [{ by: 'time:0' }, '1 ms wide'],
    [{ by: 'host,path,method,status,port' }, '4 at most'],
    [{ metrics: 'p75' }, 'metrics=p75'],
    [{ sort: 'beauty' }, 'sort=beauty'],
    [{ q: 'status:' }, ''],
  ])('refuse %o with a reason', async (query, reason) => {
    const { code, body } = await ask(query as Record<string, string>)
    expect([code, body.detail]).toEqual([400, expect.stringContaining(reason)])
  })
})
