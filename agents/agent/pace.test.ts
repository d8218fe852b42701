import { expect, it } from 'vitest'
import { Pace } from './pace.ts'

/** When it speaks of facts that are asked for every 20 s, s, and what it promises then. */
function spoken(facts: unknown[]): [at: number, within: number][] {
  const pace = new Pace({ every: 20_000, idle: 100_000 })
  return facts.flatMap((fact, turn) => {
    const within = pace.next(fact, turn * 20_000)
    return within === undefined ? [] : [[turn * 20, within / 1000] as [number, number]]
  })
}

it('speaks at each turn while something changes, and promises the next', () => {
  expect(spoken([1, 2, 3])).toEqual([
    [0, 20],
    [20, 20],
    [40, 20],
  ])
})

it('says once more that nothing changed, then seldom, and again at each turn as soon as something does', () => {
  expect(spoken([1, 1, 1, 1, 1, 1, 1, 1, 2, 3])).toEqual([
    [0, 20],
    [20, 100],
    [120, 100],
    [160, 20],
    [180, 20],
  ])
})

it('speaks at each turn anyway where idling is no longer than that', () => {
  const pace = new Pace({ every: 20_000, idle: 1_000 })
  expect([0, 1, 2].map((turn) => pace.next('same', turn * 20_000))).toEqual([20_000, 20_000, 20_000])
})
