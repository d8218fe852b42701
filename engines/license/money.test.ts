import { describe, expect, it } from 'vitest'
import { HOUR } from './hours.ts'
import { divideRounded, extraPrice, HOURS_A_MONTH, prepaidPrice } from './money.ts'

describe('money is in cents', () => {
  it('5 cores at 110 € a month are 6,600 € a year', () => {
    expect(prepaidPrice(5, 110_00, 12)).toBe(6_600_00)
  })

  it.each([
    ['a core for a month', HOURS_A_MONTH * HOUR, 146_30],
    ['a core for an hour: 0.2004 €', HOUR, 20],
    ['1.5 cores for 100 hours: 30.06 €', 150 * HOUR, 30_06],
    ['nothing', 0, 0],
  ])('beyond the prepaid, %s', (_, cpu, cents) => {
    expect(extraPrice(cpu, 110_00)).toBe(cents)
  })

  it.each([
    [14n, 10n, 1n],
    [15n, 10n, 2n],
    [25n, 10n, 3n],
    [0n, 7n, 0n],
  ])('%i by %i is %i: a half goes up', (value, divisor, result) => {
    expect(divideRounded(value, divisor)).toBe(result)
  })

  it('is exact for a thousand cores over years', () => {
    expect(extraPrice(1_000 * 26_280 * HOUR, 110_00)).toBe(1_000 * 36 * 146_30)
  })
})
