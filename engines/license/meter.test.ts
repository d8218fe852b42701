import { expect, it } from 'vitest'
import { Meter } from './meter.ts'

it('tells a counter soon while there is work, seldom while there is little, and at the end', () => {
  const meter = new Meter(0)
  const told = [
    [300, 1_000],
    [1_000, 2_000],
    [1_900, 3_000],
    [2_100, 4_000],
    [2_110, 70_000],
    [2_125, 71_000],
    [2_126, 140_000],
  ].filter(([cpu, now]) => meter.due(cpu, now))
  expect(told).toEqual([
    [1_000, 2_000],
    [2_100, 4_000],
    [2_125, 71_000],
  ])
  expect(meter.due(2_126, 140_001, true)).toBe(true)
  expect(meter.due(2_126, 140_002, true)).toBe(false)
})
