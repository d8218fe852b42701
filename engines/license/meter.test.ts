import { expect, it } from 'vitest'
import { Meter } from './meter.ts'

it('tells a counter while there is work, and at the end', () => {
  const meter = new Meter()
  expect([300, 1_000, 1_900, 2_100, 2_110].filter((cpu) => meter.due(cpu))).toEqual([1_000, 2_100])
  expect([meter.due(2_110, true), meter.due(2_110, true)]).toEqual([true, false])
})
