import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Scope, Store } from '../port.ts'
import { call, DAY, NOON } from '../samples.case.ts'
import { openDuckDb } from './store.ts'

let store: Store
beforeAll(async () => {
  store = await openDuckDb({ directory: ':memory:' })
})
afterAll(() => store.close())

const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const
const METRICS = ['min', 'mean', 'max', 'p50', 'p90', 'p99'] as const

/** Durations from nothing to a day, in ns, many of them small. */
const duration = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.double({ min: 0, max: 13.9, noNaN: true }).map((log) => Math.round(10 ** log)),
)

it('percentiles lie within 2 % of the exact ones, those of few durations on them, in each group and in all', async () => {
  let teams = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('a', 'b'), duration), { minLength: 1, maxLength: 300 }), async (calls) => {
      const scope: Scope = { team: `team-${teams++}`, principal: 'tester' }
      const documents = calls.map(([server, duration], i) => {
        const document = call(`${scope.team}-${i}`, NOON, { server })
        return { ...document, event: { ...document.event, duration } }
      })
      await store.save(scope, 'exchanges', documents)
      await store.flush()
      const { groups, total } = await store.aggregate(scope, 'exchanges', {
        from: NOON - DAY,
        to: NOON + DAY,
        filter: { kind: 'all' },
        groupBy: [{ dimension: 'server.address' }],
        metrics: METRICS,
        sort: { by: 'key', order: 'asc' },
        most: 10,
      })
      const all = [{ ...total, key: undefined }, ...groups.map(({ key, ...figures }) => ({ ...figures, key: key[0] }))]
      for (const { key, count, ...figures } of all) {
        const durations = calls
          .flatMap(([server, duration]) => (key === undefined || key === server ? [duration] : []))
          .sort((a, b) => a - b)
        expect(count).toBe(durations.length)
        expect([figures.min, figures.max]).toEqual([durations[0], durations.at(-1)])
        expect(figures.mean).toBeCloseTo(durations.reduce((sum, each) => sum + each, 0) / count, 3)
        for (const name of ['p50', 'p90', 'p99'] as const) {
          const exact = durations[Math.ceil(SHARES[name] * count) - 1]
          expect(Math.abs(figures[name]! - exact), `${name} of ${count}`).toBeLessThanOrEqual(
            new Set(durations).size > 1 ? exact * 0.02 + 1 : 0,
          )
        }
      }
    }),
    { numRuns: 15 },
  )
})
