import { expect, it } from 'vitest'
import { byTime } from './groups.ts'

it('has a bin for each stretch of time, also where nothing was', () => {
  const group = { key: [20], count: 3, errors: 1 }
  expect(byTime({ from: 5, to: 41, width: 10, groups: [group, { key: [400], count: 9 }] })).toEqual({
    width: 10,
    times: [0, 10, 20, 30, 40],
    figures: [{ count: 0 }, { count: 0 }, group, { count: 0 }, { count: 0 }],
  })
})
