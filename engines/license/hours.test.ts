import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, coresOf, cpuOf, doubtOf, HOUR, type Hours, usedIn } from './hours.ts'

const total = (hours: Hours): number => [...hours.keys()].reduce((sum, hour) => sum + cpuOf(hours, hour), 0)

describe('what a meter counted', () => {
  it.each([
    ['within an hour', { cpu: 0, at: 10 }, { cpu: 500, at: 900 }, [[0, 500]]],
    [
      'over the end of an hour, by time',
      { cpu: 100, at: HOUR - 250 },
      { cpu: 1100, at: HOUR + 750 },
      [
        [0, 250],
        [1, 750],
      ],
    ],
    [
      'over a whole hour',
      { cpu: 0, at: HOUR / 2 },
      { cpu: 400, at: HOUR * 2.5 },
      [
        [0, 100],
        [1, 200],
        [2, 100],
      ],
    ],
    ['at one moment', { cpu: 0, at: HOUR }, { cpu: 7, at: HOUR }, [[1, 7]]],
    ['a clock that went back', { cpu: 0, at: HOUR }, { cpu: 7, at: HOUR - 10 }, [[0, 7]]],
    ['nothing new', { cpu: 50, at: 0 }, { cpu: 50, at: 100 }, []],
    ['an earlier reading that comes late', { cpu: 50, at: 100 }, { cpu: 30, at: 60 }, []],
  ])('%s', (_, previous, reading, expected) => {
    const hours: Hours = new Map()
    add(hours, 'parsing', previous, reading)
    expect([...hours].map(([hour, parts]) => [hour, parts.get('parsing')])).toEqual(expected)
  })

  it('is the same in sum, however the hours cut it, and the sum of its parts', () => {
    const steps = fc.array(
      fc.record({ ms: fc.integer({ min: 0, max: 5 * HOUR }), cpu: fc.integer({ min: 0, max: HOUR }), part: fc.constantFrom('a', 'b') }),
    )
    fc.assert(
      fc.property(steps, (steps) => {
        const hours: Hours = new Map()
        const last = new Map([
          ['a', { cpu: 0, at: 0 }],
          ['b', { cpu: 0, at: 0 }],
        ])
        let at = 0
        for (const { ms, cpu, part } of steps) {
          at += ms
          const previous = last.get(part)!
          const reading = { cpu: previous.cpu + cpu, at }
          add(hours, part, previous, reading)
          add(hours, part, reading, reading)
          last.set(part, reading)
        }
        expect(total(hours)).toBe(last.get('a')!.cpu + last.get('b')!.cpu)
        expect(usedIn(hours, 0, at + HOUR)).toBe(total(hours))
      }),
    )
  })

  it('of an hour that is in a period in part counts by that part', () => {
    const hours: Hours = new Map([
      [
        10,
        new Map([
          ['a', HOUR / 2],
          ['b', 10],
        ]),
      ],
    ])
    expect(coresOf(hours, 10)).toBeCloseTo(0.5, 4)
    expect(usedIn(hours, 0, 10.5 * HOUR)).toBe(HOUR / 4 + 5)
    expect(
      usedIn(hours, 10.25 * HOUR, 10.5 * HOUR) + usedIn(hours, 10.5 * HOUR, 11 * HOUR) + usedIn(hours, 10 * HOUR, 10.25 * HOUR),
    ).toBeLessThanOrEqual(HOUR / 2 + 10)
    expect(usedIn(hours, 11 * HOUR, 12 * HOUR)).toBe(0)
  })
})

describe('a reading that makes no sense', () => {
  const previous = { cpu: 1_000, at: 50 * HOUR }
  const now = 51 * HOUR
  it.each([
    [{ cpu: -1, at: now }, 'negative'],
    [{ cpu: Number.NaN, at: now }, 'negative'],
    [{ cpu: 2_000, at: now + HOUR }, 'from the future'],
    [{ cpu: 2_000 * HOUR, at: now }, 'a jump'],
    [{ cpu: 3_000, at: now }, undefined],
    [{ cpu: 500, at: now }, undefined],
  ])('%o: %s', (reading, doubt) => {
    expect(doubtOf(previous, reading, now)).toBe(doubt)
  })
})
