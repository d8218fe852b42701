import { expect, it } from 'vitest'
import { changedBy, movedTo, reconciled } from './counts.ts'

const bin = (time: number, key: string, count: number) => ({ time, key, count })
const bars = (...bins: ReturnType<typeof bin>[]) => ({ from: 0, to: 100, width: 10, bins })

it('bins change by what the feed tells, and those that become empty go', () => {
  const before = [bin(0, '2xx', 3), bin(0, 'none', 1)]
  expect(changedBy(before, [bin(0, 'none', -1), bin(0, '2xx', 1), bin(10, '2xx', 2)])).toEqual([bin(0, '2xx', 4), bin(10, '2xx', 2)])
  expect(before[0].count).toBe(3)
})

it('bars move on with the clock', () => {
  expect(movedTo(bars(bin(0, '2xx', 3), bin(10, '2xx', 1)), { from: 10, to: 110 })).toEqual({
    ...bars(bin(10, '2xx', 1)),
    from: 10,
    to: 110,
  })
})

it('of bins that are still filled the feed is believed, if it counted them from their beginning; of others the server', () => {
  const answer = bars(bin(0, '2xx', 5), bin(20, '2xx', 5), bin(30, '2xx', 5), bin(40, '2xx', 5))
  const fed = [bin(0, '2xx', 7), bin(20, '2xx', 7), bin(30, '2xx', 7), bin(50, '2xx', 7)]
  expect(reconciled(answer, fed, 15, 35).bins).toEqual([bin(0, '2xx', 5), bin(20, '2xx', 5), bin(30, '2xx', 7), bin(50, '2xx', 7)])
  expect(reconciled(answer, fed, Number.POSITIVE_INFINITY, 35).bins).toEqual(answer.bins)
})
