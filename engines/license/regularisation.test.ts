import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monthsAfter } from './calendar.ts'
import { addTo, HOUR, type Hours } from './hours.ts'
import { regularise } from './regularisation.ts'
import { periodsOf } from './terms.ts'

const iso = (at: number) => new Date(at).toISOString().slice(0, 16)
const from = Date.UTC(2027, 0, 1)
const terms = { cores: 2, price: 110_00, from, to: Date.UTC(2028, 0, 1) }

describe('periods', () => {
  it.each([
    ['2027-01-31T10:00', 1, '2027-02-28T10:00'],
    ['2028-01-31T10:00', 1, '2028-02-29T10:00'],
    ['2028-02-29T00:00', 12, '2029-02-28T00:00'],
    ['2027-08-31T00:00', 6, '2028-02-29T00:00'],
  ])('%s and %i months are %s', (at, months, expected) => {
    expect(iso(monthsAfter(Date.parse(`${at}Z`), months))).toBe(expected)
  })

  it('agree with the calendar of the runtime', () => {
    const day = fc.date({ min: new Date('1970-01-01T00:00:00Z'), max: new Date('2400-01-01T00:00:00Z'), noInvalidDate: true })
    fc.assert(
      fc.property(day, fc.integer({ min: 0, max: 60 }), (date, months) => {
        const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1))
        const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
        first.setUTCDate(Math.min(date.getUTCDate(), last))
        expect(monthsAfter(date.getTime(), months)).toBe(first.getTime() + (date.getTime() % 86_400_000))
      }),
    )
  })

  it('are half years from the beginning; the last ends with the term', () => {
    const to = Date.UTC(2028, 1, 29, 12, 30)
    expect(periodsOf({ from, to }, 6).map((period) => [iso(period.from), iso(period.to)])).toEqual([
      ['2027-01-01T00:00', '2027-07-01T00:00'],
      ['2027-07-01T00:00', '2028-01-01T00:00'],
      ['2028-01-01T00:00', '2028-02-29T12:30'],
    ])
  })
})

describe('a regularisation', () => {
  const hour = from / HOUR
  const busy = (cores: number, count: number, first = hour): Hours =>
    new Map(Array.from({ length: count }, (_, i) => [first + i, new Map([['parsing', cores * HOUR]])]))

  it('charges what goes beyond the prepaid of a half year, at 133 % of the core price', () => {
    const hours = busy(3, 181 * 24)
    const [first, second] = regularise(terms, hours)
    expect(first).toEqual({
      from,
      to: Date.UTC(2027, 6, 1),
      used: 3 * 4344 * HOUR,
      prepaid: 2 * 4344 * HOUR,
      extra: 4344 * HOUR,
      // 4,344 core hours × 110 € ÷ 730 × 1.33
      charge: 870_59,
    })
    expect(second).toMatchObject({ used: 0, extra: 0, charge: 0 })
  })

  it('lets a burst be paid for by quiet hours', () => {
    expect(regularise(terms, busy(100, 24))[0]).toMatchObject({ used: 2400 * HOUR, extra: 0, charge: 0 })
  })

  it('counts an hour in which the term ends by its part', () => {
    const ending = { ...terms, cores: 0, to: from + 1.5 * HOUR }
    expect(regularise(ending, busy(1, 2))).toMatchObject([{ used: 1.5 * HOUR, extra: 1.5 * HOUR, charge: 30 }])
  })

  it('is the same in any order of arrival', () => {
    const piece = fc.record({
      hour: fc.integer({ min: 0, max: 9_000 }),
      cpu: fc.integer({ min: 0, max: 50 * HOUR }),
      part: fc.constantFrom('a', 'b'),
    })
    fc.assert(
      fc.property(
        fc.array(piece).chain((pieces) => fc.tuple(fc.constant(pieces), fc.shuffledSubarray(pieces, { minLength: pieces.length }))),
        ([pieces, shuffled]) => {
          const of = (all: typeof pieces) => {
            const hours: Hours = new Map()
            for (const { hour: offset, cpu, part } of all) addTo(hours, hour + offset, part, cpu)
            return regularise({ ...terms, cores: 0.01 }, hours)
          }
          expect(of(shuffled)).toEqual(of(pieces))
        },
      ),
    )
  })
})
