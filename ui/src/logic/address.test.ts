import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Address, formatAddress, NOWHERE, parseAddress, TABS } from './address.ts'
import { fixed, live } from './range.ts'

const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined })
const ids = fc.stringMatching(/^[0-9a-f]{4,40}$/)
const words = fc.stringMatching(/^[a-z]{1,9}$/)
const own = fc.dictionary(fc.stringMatching(/^[a-z]{1,5}\.[a-z-]{1,5}$/), fc.string({ minLength: 1 })).map((views) => ({ ...views }))
const addresses: fc.Arbitrary<Address> = fc
  .record({
    range: optional(
      fc.oneof(
        fc.integer({ min: 1, max: 10_000_000 }).map((seconds) => live(seconds * 1000)),
        fc.tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 1, max: 1e10 })).map(([from, length]) => fixed(from, from + length)),
      ),
    ),
    q: fc.string(),
    calls: fc.array(ids, { maxLength: 4 }),
    tab: fc.constantFrom(...TABS),
    upper: optional(words),
    lower: optional(words),
    by: fc.constantFrom('status_class', 'server.address'),
    panel: optional(fc.integer({ min: 10, max: 9999 })),
    top: optional(fc.integer({ min: 10, max: 9999 })),
    chart: optional(fc.integer({ min: 10, max: 9999 })),
    views: own,
  })
  .map(({ calls, ...others }) => ({ ...others, call: calls.at(-1), trail: calls.slice(0, -1) }))

describe('the address', () => {
  it('reads back as written', () =>
    fc.assert(
      fc.property(addresses, (address) => {
        expect(parseAddress(formatAddress(address))).toEqual(address)
      }),
    ))
  it('is empty for the bare page', () => expect(formatAddress(NOWHERE)).toBe(''))
  it('can be read by people', () =>
    expect(formatAddress({ ...NOWHERE, range: fixed(Date.UTC(2026, 0, 2), Date.UTC(2026, 0, 3)), q: 'status=500' })).toBe(
      '?from=2026-01-02T00:00:00.000Z&to=2026-01-03T00:00:00.000Z&q=status%3D500',
    ))
  it('opens although parts are damaged', () => {
    expect(parseAddress('?live=soon&from=1&to=x&tab=nope&panel=-3&chart=1e9&call=')).toEqual(NOWHERE)
    expect(parseAddress('?from=1000.25&to=2000.5').range).toEqual(fixed(1000.25, 2000.5))
    expect(parseAddress('?from=2000&to=1000').range).toBeUndefined()
  })
})
