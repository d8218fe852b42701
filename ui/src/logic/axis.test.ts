import { expect, it } from 'vitest'
import { describeSpan, tick } from './axis.ts'
import { clock } from './format.ts'

const utc = clock('UTC')
const at = Date.UTC(2026, 2, 4, 14, 3, 7, 250)

it('marks of the axis are as fine as they need to be', () => {
  expect([50, 1000, 60_000, 86_400_000].map((step) => tick(utc, at, step))).toEqual(['14:03:07.250', '14:03:07', '14:03', '03-04'])
  expect(tick(utc, Date.UTC(2026, 2, 5), 3_600_000)).toBe('03-05 00:00')
})

it('ranges are said briefly', () => {
  expect(describeSpan(utc, at, at + 900_000)).toBe('2026-03-04 14:03:07 – 14:18:07')
  expect(describeSpan(utc, at, at + 500)).toBe('2026-03-04 14:03:07.250 – 14:03:07.750')
  expect(describeSpan(utc, at, at + 86_400_000)).toBe('2026-03-04 14:03:07 – 2026-03-05 14:03:07')
})
