import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { estimate } from './estimate.ts'
import { HOUR, type Hours, usedIn } from './hours.ts'

const from = Date.UTC(2027, 0, 1)
const hour = from / HOUR
const terms = { cores: 5, price: 110_00, from, to: Date.UTC(2028, 0, 1) }
const busy = (cores: number, count: number): Hours =>
  new Map(Array.from({ length: count }, (_, i) => [hour + i, new Map([['sessions', cores * HOUR]])]))

describe('an estimate', () => {
  it('before anything was used is what is prepaid', () => {
    expect(estimate(terms, new Map(), from)).toMatchObject({
      average: undefined,
      asIs: { cores: 5, prepaid: 6_600_00, extra: 0, total: 6_600_00 },
      best: { cores: 0, total: 0 },
      saved: 6_600_00,
    })
  })

  // Worked by hand: 365 days are 8,760 hours, 12 months of 730. A core hour beyond costs 110 € ÷ 730 × 1.33 = 0.200411 €.
  it.each([
    // [average, prepaid, extra as it is: (average - 5) × 8,760 × 0.200411, best cores, its total]
    [5, 6_600_00, 0, 5, 6_600_00],
    [6, 6_600_00, 1_755_60, 6, 7_920_00],
    [8, 6_600_00, 5_266_80, 8, 10_560_00],
    [5.5, 6_600_00, 877_80, 5, 7_477_80],
    [5.9, 6_600_00, 1_580_04, 6, 7_920_00],
    [2, 6_600_00, 0, 2, 2_640_00],
  ])('at %d cores on average', (average, prepaid, extra, cores, total) => {
    const now = from + 100 * HOUR
    const result = estimate(terms, busy(average, 100), now)
    expect(result.average).toBe(average)
    expect([result.asIs.prepaid, result.asIs.extra]).toEqual([prepaid, extra])
    expect([result.best.cores, result.best.total, result.saved]).toEqual([cores, total, prepaid + extra - total])
  })

  it('never lies below what was already used, nor what is prepaid', () => {
    const used = fc.array(fc.tuple(fc.integer({ min: 0, max: 8_759 }), fc.integer({ min: 0, max: 40 * HOUR })), { maxLength: 60 })
    fc.assert(
      fc.property(used, fc.integer({ min: 0, max: 8_760 }), (used, passed) => {
        const now = from + passed * HOUR
        const hours: Hours = new Map(used.filter(([at]) => at < passed).map(([at, cpu]) => [hour + at, new Map([['parsing', cpu]])]))
        const { asIs, best } = estimate(terms, hours, now)
        const expected = asIs.lines.reduce((sum, line) => sum + line.used, 0)
        expect(expected).toBeGreaterThanOrEqual(usedIn(hours, from, now))
        expect(asIs.total).toBeGreaterThanOrEqual(6_600_00)
        expect(best.total).toBeLessThanOrEqual(asIs.total)
      }),
    )
  })
})
