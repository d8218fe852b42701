import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documents, filters } from '#engines/query/arbitrary.case.ts'
import type { Filter } from '#engines/query/ast.ts'
import { compile } from '#engines/query/compile.ts'
import { fieldsOf } from '#engines/query/fields.ts'
import { parse } from '#engines/query/parse.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { aggregationContract } from './aggregation.contract.ts'
import { InvalidCursor, InvalidDocument, type Scope, type Search, type Store, StoreUnavailable } from './port.ts'
import { call, DAY, host, NOON, packets, status } from './samples.case.ts'
import { sumsContract } from './sums.contract.ts'

const ALL: Filter = { kind: 'all' }
const RED: Scope = { team: 'red', principal: 'tester' }
const BLUE: Scope = { team: 'blue', principal: 'tester' }

const filter = (text: string): Filter => {
  const parsed = parse(text)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.filter
}
const search = (change: Partial<Search> = {}): Search => ({
  from: NOON - DAY,
  to: NOON + DAY,
  filter: ALL,
  size: 100,
  order: 'newest',
  ...change,
})
const ids = (page: { items: { event: { id: string } }[] }): string[] => page.items.map(({ event }) => event.id)

/** What every store must do. `open` gives an empty one, `reopen` closes it and opens the same data again. */
export function storeContract(open: () => Promise<Store>, reopen: (store: Store) => Promise<Store>): void {
  let store: Store
  const fresh = (title: string, cases: () => void) =>
    describe(title, () => {
      beforeAll(async () => {
        store = await open()
      })
      afterAll(() => store.close())
      cases()
    })
  const keep = async (...calls: ExchangeDocument[]): Promise<void> => {
    await store.save(RED, 'exchanges', calls)
    await store.flush()
  }

  fresh('an empty store', () => {
    it('answers with nothing', async () => {
      expect(await store.find(RED, 'exchanges', search())).toEqual({ total: 0, items: [], next: undefined })
      expect(await store.values(RED, search(), 'url.path', '', 10)).toEqual([])
      expect(await store.extent(RED)).toBeUndefined()
      expect(await store.get(RED, 'exchanges', 'x')).toBeUndefined()
      expect(await store.getMany(RED, 'sessions', ['x', 'y'])).toEqual([])
      expect(await store.latestStatuses(RED)).toEqual([])
      await store.flush()
      await store.expire('exchanges', NOON)
      await store.health()
    })
  })

  fresh('what was saved', () => {
    const document = call('é"\n\u0000\ud800', NOON + 0.5, { path: '/a\u2028b\ud83d\ude00' })
    it('comes back as it was', async () => {
      await keep(document)
      expect((await store.find(RED, 'exchanges', search())).items).toEqual([JSON.parse(JSON.stringify(document))])
    })

    it('is there when the store is opened again, and can be added to', async () => {
      store = await reopen(store)
      await keep(call('later', NOON + 1))
      expect((await store.find(RED, 'exchanges', search())).total).toBe(2)
      expect((await store.get(RED, 'exchanges', 'later'))?.event.id).toBe('later')
    })

    it('is told apart by team', async () => {
      expect(await store.find(BLUE, 'exchanges', search())).toMatchObject({ total: 0 })
      expect(await store.get(BLUE, 'exchanges', 'later')).toBeUndefined()
      expect(await store.getMany(BLUE, 'exchanges', ['later'])).toEqual([])
      expect(await store.extent(BLUE)).toBeUndefined()
      expect(await store.values(BLUE, search(), 'url.path', '', 10)).toEqual([])
      await store.save(BLUE, 'exchanges', [call('later', NOON + 1, { status: 500 })])
      await store.flush()
      expect((await store.get(RED, 'exchanges', 'later'))?.http?.response?.status_code).toBe(200)
      expect((await store.get(BLUE, 'exchanges', 'later'))?.http?.response?.status_code).toBe(500)
    })

    it('may come as JSON lines', async () => {
      await store.saveJson(
        RED,
        'exchanges',
        Array.from({ length: 150 }, (_, i) => JSON.stringify(call(`line-${i}`, NOON + 100 + i))),
      )
      await store.flush()
      expect(
        (await store.getMany(RED, 'exchanges', ['line-0', 'line-63', 'line-64', 'line-149', 'none'])).map(({ event }) => event.id).sort(),
      ).toEqual(['line-0', 'line-149', 'line-63', 'line-64'])
    })

    it('is kept though documents beside it are none', async () => {
      await store.saveJson(RED, 'exchanges', ['{"broken', '{}', JSON.stringify(call('beside', NOON))])
      await expect(store.flush()).rejects.toThrow(InvalidDocument)
      await store.flush()
      expect(await store.get(RED, 'exchanges', 'beside')).toBeDefined()
    })
  })

  fresh('a document that is written again', () => {
    const found = async () =>
      (await store.find(RED, 'exchanges', search({ from: NOON - 2 * DAY }))).items.map(({ event, http }) => [
        event.id,
        http?.response?.status_code,
      ])

    it('is found once, the last one winning: in one call, in one flush, later', async () => {
      await keep(call('a', NOON, { status: 201 }), call('b', NOON + 1, { status: 201 }), call('a', NOON, { status: 202 }))
      expect(await found()).toEqual([
        ['b', 201],
        ['a', 202],
      ])
      await store.save(RED, 'exchanges', [call('a', NOON, { status: 203 })])
      await keep(call('a', NOON, { status: 204 }))
      expect(await found()).toEqual([
        ['b', 201],
        ['a', 204],
      ])
      await keep(call('b', NOON + 1, { status: 205 }), call('c', NOON + 2, { status: 205 }))
      expect(await found()).toEqual([
        ['c', 205],
        ['b', 205],
        ['a', 204],
      ])
    })

    it('may have moved a little, over midnight too', async () => {
      const midnight = NOON - DAY / 2
      await keep(call('a', NOON + 5 * 60_000, { status: 206 }), call('m', midnight - 1))
      await keep(call('m', midnight + 1, { status: 206 }))
      expect(await found()).toEqual([
        ['a', 206],
        ['c', 205],
        ['b', 205],
        ['m', 206],
      ])
      expect((await store.extent(RED))?.total).toBe(4)
    })

    it('is still one after a restart', async () => {
      store = await reopen(store)
      await keep(call('b', NOON + 1, { status: 207 }))
      expect(await found()).toEqual([
        ['a', 206],
        ['c', 205],
        ['b', 207],
        ['m', 206],
      ])
    })

    it('of hosts may move as far as it will', async () => {
      for (const at of [NOON, NOON + 30 * DAY, NOON - 30 * DAY]) {
        await store.save(RED, 'hosts', [host('10.2.0.7', 'orders', at), host('10.2.0.8', 'payment', NOON)])
        await store.flush()
      }
      expect(ids(await store.find(RED, 'hosts', search({ from: 0, to: NOON + 99 * DAY })))).toEqual(['10.2.0.8/payment', '10.2.0.7/orders'])
    })
  })

  fresh('a page', () => {
    const all = [0, 0, 0, 0.001, 1, 2, 2, 3].map((after, i) => call(`c${i}`, NOON + after))
    const newest = ['c7', 'c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0']

    it.each([1, 2, 3, 7, 8, 9])('of %i leads to the next one, in either order', async (size) => {
      if (size === 1) await keep(...all)
      for (const order of ['newest', 'oldest'] as const) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await store.find(RED, 'exchanges', search({ size, order, after }))
          expect(page.total).toBe(8)
          expect(page.items.length).toBeLessThanOrEqual(size)
          seen.push(...ids(page))
          after = page.next
        } while (after !== undefined)
        expect(seen).toEqual(order === 'newest' ? newest : newest.toReversed())
      }
    })

    it('begins at from and ends before to', async () => {
      expect(ids(await store.find(RED, 'exchanges', search({ from: NOON + 0.001, to: NOON + 2 })))).toEqual(['c4', 'c3'])
    })

    it.each(['nonsense', '', 'W10', Buffer.from('["x",1]').toString('base64url')])('refuses the cursor "%s"', async (after) => {
      await expect(store.find(RED, 'exchanges', search({ after }))).rejects.toThrow(InvalidCursor)
    })
  })

  fresh('a sorted page', () => {
    const told = (id: string, duration: number, status: number | undefined, server: string | undefined): ExchangeDocument => {
      const plain = call(id, NOON + Number(id[1]), { status, server })
      const { response: _, ...http } = plain.http!
      return { ...plain, event: { ...plain.event, duration }, http: status === undefined ? http : plain.http }
    }
    beforeAll(() =>
      keep(
        told('s0', 2, 300, undefined),
        told('s1', 2, undefined, 'b'),
        told('s2', 1, 500, 'd'),
        told('s3', 3, 300, 'a'),
        told('s4', 1, 200, 'c'),
      ),
    )

    it.each([
      ['event.duration', 'asc', ['s4', 's2', 's1', 's0', 's3']],
      ['event.duration', 'desc', ['s3', 's1', 's0', 's4', 's2']],
      ['http.response.status_code', 'asc', ['s4', 's3', 's0', 's2', 's1']],
      ['http.response.status_code', 'desc', ['s2', 's3', 's0', 's4', 's1']],
      ['server.domain', 'asc', ['s3', 's1', 's4', 's2', 's0']],
    ] as const)('is sorted by %s %s, one after the other, those without it last', async (field, order, sorted) => {
      const of = search({ sort: { field, order } })
      for (const size of [1, 2, 5]) {
        const seen: string[] = []
        let after: string | undefined
        do {
          const page = await store.find(RED, 'exchanges', { ...of, size, after })
          seen.push(...ids(page))
          after = page.next
        } while (after !== undefined)
        expect(seen).toEqual(sorted)
      }
      const { next } = await store.find(RED, 'exchanges', { ...of, size: 1 })
      await expect(store.find(RED, 'exchanges', { ...of, sort: undefined, after: next })).rejects.toThrow(InvalidCursor)
    })
  })

  describe('closing', () => {
    it('waits for queries that are under way', async () => {
      const store = await open()
      await store.save(
        RED,
        'exchanges',
        Array.from({ length: 5000 }, (_, i) => call(`c${i}`, NOON + i)),
      )
      await store.flush()
      const queries = Array.from({ length: 40 }, () => store.find(RED, 'exchanges', search({ filter: filter('shop or not path:*x*') })))
      const settled = Promise.allSettled(queries)
      await store.close()
      for (const query of await settled) expect(query.status === 'fulfilled' || query.reason instanceof StoreUnavailable).toBe(true)
    })
  })

  fresh('wild times', () => {
    it('do no harm: a thousand days in one call, found, found once, and dropped', async () => {
      const calls = Array.from({ length: 1000 }, (_, i) => call(`c${i}`, i * 20 * DAY))
      await keep(...calls)
      await keep(...calls)
      const all = search({ from: 0, to: NOON + 99_999 * DAY, order: 'oldest', size: 1000 })
      expect(ids(await store.find(RED, 'exchanges', all))).toEqual(ids({ items: calls }))
      expect(ids(await store.find(RED, 'exchanges', { ...all, from: 500 * 20 * DAY, to: 501 * 20 * DAY }))).toEqual(['c500'])
      await store.expire('exchanges', 900 * 20 * DAY)
      expect((await store.find(RED, 'exchanges', all)).total).toBe(100)
    })
  })

  fresh('what is counted', () => {
    beforeAll(async () => {
      await keep(
        call('a', NOON, { status: 200, path: '/api/orders', server: 'orders' }),
        call('b', NOON + 999.999, {
          status: 204,
          path: '/api/orders',
          spider: { status: 'incomplete', agents: ['web-1.k3f9', 'db-1.aaaa'] },
        }),
        call('c', NOON + 1000, { status: 503, path: '/API/payment', server: 'orders' }),
        call('d', NOON + 5000, { status: 404, path: '/other' }),
      )
    })

    it('gives the values of a field, most frequent first', async () => {
      expect(await store.values(RED, search(), 'url.path', '/api', 10)).toEqual([
        { value: '/api/orders', count: 2 },
        { value: '/API/payment', count: 1 },
      ])
      expect(await store.values(RED, search(), 'url.path', '', 1)).toEqual([{ value: '/api/orders', count: 2 }])
      expect(await store.values(RED, search({ filter: filter('status:5xx') }), 'http.response.status_code', '5', 9)).toEqual([
        { value: '503', count: 1 },
      ])
      expect(await store.values(RED, search(), 'spider.agents', '', 9)).toEqual([
        { value: 'web-1.k3f9', count: 4 },
        { value: 'db-1.aaaa', count: 1 },
      ])
      expect(await store.values(RED, search(), 'no.such.field', '', 9)).toEqual([])
    })

    it('has an extent', async () => expect(await store.extent(RED)).toEqual({ from: NOON, to: NOON + 5000, total: 4 }))
  })

  describe('counting', () => aggregationContract(open))
  describe('network usage', () => sumsContract(open))

  fresh('families beside the calls', () => {
    it('statuses: the newest of each agent', async () => {
      await store.save(RED, 'status', [
        status('web', NOON),
        status('db', NOON - 2 * DAY),
        status('web', NOON + 20_000),
        status('db', NOON - 3 * DAY),
      ])
      await store.flush()
      expect((await store.latestStatuses(RED)).map(({ event }) => event.id)).toEqual([
        `web/status/${NOON + 20_000}`,
        `db/status/${NOON - 2 * DAY}`,
      ])
      expect(ids(await store.find(RED, 'status', search({ order: 'oldest' })))).toEqual([
        `web/status/${NOON}`,
        `web/status/${NOON + 20_000}`,
      ])
    })

    it('packets: the blocks that hold a session', async () => {
      await store.save(RED, 'packets', [
        packets('p1', NOON, ['s1', 's2']),
        packets('p2', NOON + 1, ['s2']),
        packets('p3', NOON + 2, ['s3', 's1']),
      ])
      await store.flush()
      expect(
        ids(await store.find(RED, 'packets', search({ filter: { kind: 'compare', field: 'spider.sessions', op: '=', value: 's1' } }))),
      ).toEqual(['p3', 'p1'])
    })
  })

  fresh('retention', () => {
    it('drops whole days, of one family', async () => {
      await keep(call('old', NOON - 2 * DAY), call('yesterday', NOON - DAY), call('today', NOON))
      await store.save(RED, 'status', [status('web', NOON - 2 * DAY)])
      await store.flush()
      await store.expire('exchanges', NOON - DAY)
      const rest = search({ from: NOON - 9 * DAY })
      expect(ids(await store.find(RED, 'exchanges', rest))).toEqual(['today', 'yesterday'])
      expect((await store.find(RED, 'status', rest)).total).toBe(1)
      await keep(call('old', NOON - 2 * DAY))
      expect(ids(await store.find(RED, 'exchanges', rest))).toEqual(['today', 'yesterday', 'old'])
    })
  })

  fresh('texts that are not plain', () => {
    const quoted = '/a"b\\c?*'
    const long = `/${'x'.repeat(40_000)}`
    const found = async (some: Filter) => ids(await store.find(RED, 'exchanges', search({ filter: some })))

    it('are found by what they are, and by patterns', async () => {
      await keep(call('quoted', NOON, { path: quoted }), call('accents', NOON + 1, { path: '/ÉTÉ/ΑΣ/Kelvin/ß' }))
      expect(await found({ kind: 'compare', field: 'url.path', op: '=', value: quoted.toUpperCase() })).toEqual(['quoted'])
      expect(await found({ kind: 'like', field: 'url.path', pattern: '*"B\\\\c\\?\\*' })).toEqual(['quoted'])
      expect(await found({ kind: 'text', words: 'b\\C' })).toEqual(['quoted'])
      expect(await found({ kind: 'like', field: 'url.path', pattern: '/été/ας*' })).toEqual([])
      expect(await found({ kind: 'like', field: 'url.path', pattern: '/été/ασ/k*ß' })).toEqual(['accents'])
    })

    it('are values that begin with what is looked for, in upper or lower case', async () => {
      const values = async (prefix: string) => (await store.values(RED, search(), 'url.path', prefix, 9)).map(({ value }) => value)
      expect(await values('/A"')).toEqual([quoted])
      expect(await values('/étÉ/ασ/k')).toEqual(['/ÉTÉ/ΑΣ/Kelvin/ß'])
      expect(await values('/a.')).toEqual([])
    })

    it('may be long: kept whole, and there', async () => {
      await keep(call('long', NOON + 2, { path: long }))
      expect((await store.get(RED, 'exchanges', 'long'))?.url?.path).toBe(long)
      expect(await found({ kind: 'exists', field: 'url.path' })).toEqual(['long', 'accents', 'quoted'])
    })
  })

  describe('any filter', () => {
    it.each(['exchanges', 'sessions'] as const)('finds among %s what the live feed would let through', async (family) => {
      const fields = fieldsOf(family)
      await fc.assert(
        fc.asyncProperty(
          fc.array(documents(family), { minLength: 20, maxLength: 40 }),
          fc.array(filters(fieldsOf('exchanges')), { minLength: 20, maxLength: 20 }),
          async (bodies, some) => {
            const store = await open()
            try {
              const all = bodies.map((body, i) => ({
                ...body,
                '@timestamp': new Date(NOON + i).toISOString(),
                event: { ...('event' in body ? (body.event as object) : {}), id: String(i) },
              }))
              await store.saveJson(
                RED,
                family,
                all.map((document) => JSON.stringify(document)),
              )
              await store.flush()
              for (const filter of some) {
                const fits = compile(filter)
                const expected = all.filter(fits).map(({ event }) => event.id)
                const page = await store.find(RED, family, search({ filter, order: 'oldest' }))
                expect([page.total, ids(page)], JSON.stringify(filter)).toEqual([expected.length, expected])
              }
            } finally {
              await store.close()
            }
          },
        ),
        { numRuns: 12 },
      )
      expect(fields.length).toBeGreaterThan(10)
    })
  })
}
