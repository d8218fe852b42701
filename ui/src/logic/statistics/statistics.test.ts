import { describe, expect, it } from 'vitest'
import { endpointsOf } from './endpoints.ts'
import { heatOf, shade } from './heat.ts'
import { percentile } from './percentile.ts'
import { moving } from './windows.ts'

describe('percentiles of bins', () => {
  const bins = [
    { from: 0, to: 10, count: 50 },
    { from: 10, to: 20, count: 0 },
    { from: 20, to: 40, count: 50 },
  ]
  it.each([
    [0.1, 2],
    [0.5, 10],
    [0.75, 30],
    [1, 40],
  ])('%f is %f', (share, value) => expect(percentile(bins, share)).toBeCloseTo(value))
  it('are none of nothing', () => expect(percentile([], 0.5)).toBeUndefined())
})

it('endpoints are folded by template, their figures added up', () => {
  const group = (path: string | null, count: number, bin: number, errors = 0) => ({
    key: ['GET', 'shop', path, bin],
    count,
    errors,
    bytes: 10,
  })
  const found = endpointsOf([group('/items/1', 3, 1e6), group('/items/2', 1, 1e9, 1), group('/', 2, 1e6), group(null, 9, 1e6)], [])
  expect(found.map(({ template, paths, count, errors, bytes }) => [template, paths, count, errors, bytes])).toEqual([
    ['/items/{id}', 2, 4, 1, 20],
    ['/', 1, 2, 0, 10],
  ])
  expect(found[0].p50).toBeLessThan(1.3e6)
  expect(found[0].p99).toBeGreaterThan(1e9)
  expect(endpointsOf([group('/a/x', 1, 1), group('/a/y', 1, 1)], ['/a/{name}'])).toMatchObject([
    { template: '/a/{name}', count: 2, example: '/a/x' },
  ])
})

it('a moving window adds counts, weighs means and keeps the highest percentile', () => {
  const figures = [{ count: 1, errors: 1, mean: 10, p99: 5 }, { count: 3, errors: 0, mean: 2, p99: 9 }, { count: 0 }, { count: 0 }]
  expect(moving(figures, 2)).toMatchObject([
    { count: 1, errors: 1, mean: 10, p99: 5 },
    { count: 4, errors: 1, mean: 4, p99: 9 },
    { count: 3, errors: 0, mean: 2, p99: 9 },
    { count: 0, mean: undefined, p99: undefined },
  ])
  expect(moving(figures, 1)).toEqual(figures)
})

it('a heat map has a cell for each bin of time and duration', () => {
  const heat = heatOf({
    from: 1000,
    to: 1030,
    width: 10,
    groups: [
      { key: [1000, 1e6], count: 4 },
      { key: [1020, 1e7], count: 1 },
    ],
    total: { count: 5 },
  })!
  expect([heat.times, heat.durations.length, heat.most]).toEqual([[1000, 1010, 1020], 9, 4])
  expect([heat.counts[0][0], heat.counts[2][8], heat.counts[1][3]]).toEqual([4, 1, 0])
  expect(heatOf({ from: 0, to: 1, width: 1, groups: [], total: { count: 0 } })).toBeUndefined()
  expect([shade(0, 9), shade(9, 9), shade(1, 1)]).toEqual([0, 1, 1])
})
