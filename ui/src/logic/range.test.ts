import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { around, bound, formatWindow, LONGEST, live, pan, parseWindow, spanOf, WINDOWS, zoom } from './range.ts'

const span = { from: 1000, to: 2000 }

describe('time ranges', () => {
  it('live means the last minutes', () => expect(spanOf(live(60_000), 100_000)).toEqual({ from: 40_000, to: 100_000 }))
  it('are put in order and never empty', () => {
    expect(bound({ from: 5, to: 1 })).toEqual({ from: 1, to: 5 })
    expect(bound({ from: 5, to: 5 })).toEqual({ from: 5, to: 6 })
  })
  it('zoom about a moment that stays where it is', () => {
    expect(zoom(span, 1250, 0.5)).toEqual({ from: 1125, to: 1625 })
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 10, noNaN: true }), (share, factor) => {
        const at = span.from + share * (span.to - span.from)
        const zoomed = zoom(span, at, factor)
        expect((at - zoomed.from) / (zoomed.to - zoomed.from)).toBeCloseTo(share, 6)
      }),
    )
  })
  it('zoom stops at the longest', () => expect(zoom(span, 1500, 1e12).to - zoom(span, 1500, 1e12).from).toBeCloseTo(LONGEST))
  it('pan by a share', () => expect(pan(span, -0.5)).toEqual({ from: 500, to: 1500 }))
  it('leave air around what is there', () => expect(around({ from: 10_000, to: 10_000 })).toEqual({ from: 9500, to: 10_500 }))
  it('windows read back as written', () => {
    for (const window of [...WINDOWS, 90_000, 1500]) expect(parseWindow(formatWindow(window))).toBe(window)
    expect(formatWindow(900_000)).toBe('15m')
    for (const bad of ['', '15', 'm', '-1m', '0s', '1e9d', '99999d']) expect(parseWindow(bad), bad).toBeUndefined()
  })
})
