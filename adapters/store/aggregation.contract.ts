import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Filter } from '#engines/query/ast.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { Aggregation, Group, Metric, Scope, Store } from './port.ts'
import { call, DAY, NOON } from './samples.case.ts'

const ALL: Filter = { kind: 'all' }
const RED: Scope = { team: 'red', principal: 'tester' }
const METRICS: Metric[] = ['errors', 'bytes', 'min', 'mean', 'max', 'p50', 'p90', 'p99', 'first', 'last']

const asked = (change: Partial<Aggregation> = {}): Aggregation => ({
  from: NOON - DAY,
  to: NOON + DAY,
  filter: ALL,
  groupBy: [],
  metrics: [],
  sort: { by: 'key', order: 'asc' },
  most: 100,
  ...change,
})
const counts = (groups: Group[]): unknown[] => groups.map(({ key, count }) => [...key, count])

/** Calls of three servers, two of them named, every second; each fifth fails, each seventh has no answer. */
const CALLS: ExchangeDocument[] = Array.from({ length: 210 }, (_, i) => {
  const document = call(`c${i}`, NOON + i * 1000 + (i % 4) / 4, {
    status: i % 5 === 0 ? 503 : i % 5 === 1 ? 404 : 200,
    path: `/item/${i % 30}`,
    server: ['orders', 'stock', undefined][i % 3],
  })
  const { http, ...others } = document
  const event = { ...document.event, duration: (i + 1) * 1_000_000 }
  return i % 7 === 3
    ? { ...others, event: { ...event, outcome: i % 2 === 0 ? 'failure' : 'unknown' }, network: { protocol: 'redis', transport: 'tcp' } }
    : { ...document, event }
})

/** What every store must count; called by `storeContract`. */
export function aggregationContract(open: () => Promise<Store>): void {
  let store: Store
  beforeAll(async () => {
    store = await open()
    await store.save(RED, 'exchanges', CALLS)
    await store.flush()
  })
  afterAll(() => store.close())
  const groups = async (change: Partial<Aggregation>): Promise<Group[]> => (await store.aggregate(RED, 'exchanges', asked(change))).groups

  describe('aggregation', () => {
    it('of a team that has nothing is nothing', async () => {
      const blue = { ...RED, team: 'blue' }
      expect(await store.aggregate(blue, 'exchanges', asked({ groupBy: [{ time: 1000 }], metrics: METRICS }))).toMatchObject({
        groups: [],
        total: { count: 0 },
      })
      expect(await store.aggregate(blue, 'exchanges', asked())).toEqual({ groups: [{ key: [], count: 0 }], total: { count: 0 } })
    })

    it('falls into bins of time that begin at multiples of their width, from `from` to before `to`', async () => {
      const range = { from: NOON + 1000, to: NOON + 6000.5 }
      expect(counts(await groups({ ...range, groupBy: [{ time: 2000 }] }))).toEqual([
        [NOON, 1],
        [NOON + 2000, 2],
        [NOON + 4000, 2],
      ])
    })

    it('takes the class of the status, and the outcome where there is none', async () => {
      expect(counts(await groups({ groupBy: [{ dimension: 'status_class' }] }))).toEqual([
        ['2xx', 108],
        ['4xx', 36],
        ['5xx', 36],
        ['failure', 15],
        ['unknown', 15],
      ])
    })

    it('takes names before addresses, by up to four keys at once, only what the filter lets through', async () => {
      const groupBy = [
        { dimension: 'client.address' },
        { dimension: 'server.address' },
        { dimension: 'network.protocol' },
        { dimension: 'status_class' },
      ]
      const filter: Filter = { kind: 'compare', field: 'http.response.status_code', op: '>=', value: 500 }
      expect(counts(await groups({ groupBy, filter }))).toEqual([
        ['10.1.0.9', '10.2.0.7', 'http', '5xx', 12],
        ['10.1.0.9', 'orders', 'http', '5xx', 12],
        ['10.1.0.9', 'stock', 'http', '5xx', 12],
      ])
    })

    it('has null for what is not there, last', async () => {
      expect(counts(await groups({ groupBy: [{ dimension: 'method' }] }))).toEqual([
        ['GET', 180],
        [null, 30],
      ])
    })

    it('counts a document for each of its values', async () => {
      const answer = await store.aggregate(RED, 'exchanges', asked({ groupBy: [{ dimension: 'spider.agents' }] }))
      expect(answer).toEqual({ groups: [{ key: ['web-1.k3f9'], count: 210 }], total: { count: 210 } })
    })

    it('makes bins of quantities: all as wide, or growing, within those of time', async () => {
      expect(counts(await groups({ groupBy: [{ field: 'event.duration', width: 100_000_000 }] }))).toEqual([
        [0, 99],
        [100_000_000, 100],
        [200_000_000, 11],
      ])
      const grown = await groups({ groupBy: [{ field: 'event.duration', perDecade: 1 }, { time: 100_000 }] })
      expect(counts(grown)).toEqual([
        [1e6, NOON, 9],
        [1e7, NOON, 90],
        [1e8, NOON, 1],
        [1e8, NOON + 100_000, 100],
        [1e8, NOON + 200_000, 10],
      ])
    })

    it('computes figures, percentiles within 2 %', async () => {
      const { total } = await store.aggregate(RED, 'exchanges', asked({ metrics: METRICS }))
      expect(total).toMatchObject({ count: 210, errors: 51, bytes: 180 * 370, min: 1e6, max: 210e6, first: NOON })
      expect(total.last).toBeCloseTo(NOON + 209_000.25, 0)
      for (const [metric, exact] of [
        ['mean', 105.5e6],
        ['p50', 105e6],
        ['p90', 189e6],
        ['p99', 208e6],
      ] as const)
        expect(Math.abs(total[metric]! / exact - 1), metric).toBeLessThan(0.02)
    })

    it('says figures of each group, those equal in order of their keys', async () => {
      const found = await groups({
        groupBy: [{ dimension: 'server.address' }],
        metrics: ['errors', 'max'],
        sort: { by: 'max', order: 'desc' },
      })
      expect(found).toEqual([
        { key: ['10.2.0.7'], count: 70, errors: 17, max: 210e6 },
        { key: ['stock'], count: 70, errors: 17, max: 209e6 },
        { key: ['orders'], count: 70, errors: 17, max: 208e6 },
      ])
    })

    it('answers the most that are asked for, and says what is left out', async () => {
      const answer = await store.aggregate(
        RED,
        'exchanges',
        asked({ groupBy: [{ dimension: 'path' }], metrics: ['errors', 'bytes'], sort: { by: 'count', order: 'desc' }, most: 2 }),
      )
      expect(answer.groups.map(({ key }) => key)).toEqual([['/item/0'], ['/item/1']])
      expect(answer.others).toMatchObject({ groups: 28, count: 196 })
      expect(answer.others!.errors! + answer.groups.reduce((sum, { errors }) => sum + errors!, 0)).toBe(51)
      expect(answer.others!.bytes! + answer.groups.reduce((sum, { bytes }) => sum + bytes!, 0)).toBe(180 * 370)
    })

    it('is of sessions too, and of nothing where a family has no such field', async () => {
      expect(await store.aggregate(RED, 'sessions', asked({ metrics: METRICS }))).toMatchObject({ total: { count: 0 } })
    })
  })

  it('gives up a query that nobody waits for, and answers the others', async () => {
    const stop = new AbortController()
    const heavy = asked({ groupBy: [{ dimension: 'path' }, { time: 1 }], metrics: METRICS })
    const given = Array.from({ length: 12 }, (_, i) =>
      store.aggregate(i % 2 === 0 ? { ...RED, signal: stop.signal } : RED, 'exchanges', heavy).then(
        ({ groups }) => groups.length,
        (error: Error) => error.name,
      ),
    )
    stop.abort()
    expect(await Promise.all(given)).toEqual(given.map((_, i) => (i % 2 === 0 ? 'AbortError' : 100)))
  })
}
