import { describe, expect, it } from 'vitest'
import { binsFor, OTHERS, stack, toBars } from './bins.ts'

describe('bars of calls', () => {
  it('fill what has no calls, and sum up', () => {
    const bars = toBars(
      {
        from: 100,
        to: 150,
        width: 10,
        bins: [
          { time: 120, key: '2xx', count: 3 },
          { time: 120, key: '5xx', count: 1 },
          { time: 140, key: '2xx', count: 2 },
        ],
      },
      'status_class',
    )
    expect(bars.times).toEqual([100, 110, 120, 130, 140])
    expect(bars.totals).toEqual([0, 0, 4, 0, 2])
    expect(bars.parts.map(({ key }) => key)).toEqual(['5xx', '2xx'])
    expect(bars.counts[0]).toEqual([0, 0, 1, 0, 0])
    expect(bars.total).toBe(6)
  })
  it('lie where the server laid them', () => {
    const bars = toBars({ from: 103, to: 125, width: 10, bins: [{ time: 110, key: '2xx', count: 1 }] }, 'status_class')
    expect(bars.times).toEqual([100, 110, 120])
  })
  it('are one when nothing was asked for, and bounded when much was', () => {
    expect(toBars({ from: 0, to: 10, width: 10, bins: [] }, 'status_class').times).toEqual([0])
    expect(toBars({ from: 0, to: 1e12, width: 1, bins: [] }, 'status_class').times.length).toBe(5000)
  })
  it('keep a class nobody expected', () =>
    expect(toBars({ from: 0, to: 10, width: 10, bins: [{ time: 0, key: '9xx', count: 2 }] }, 'status_class')).toMatchObject({
      parts: [{ key: '9xx' }],
      counts: [[2]],
    }))
  it('name the largest of a dimension, in an order that stays, and gather the rest', () => {
    const bins = Array.from({ length: 11 }, (_, i) => ({ time: 0, key: `server-${String(10 - i).padStart(2, '0')}`, count: i + 1 }))
    const bars = toBars({ from: 0, to: 10, width: 10, bins }, 'server.address')
    expect(bars.parts.map(({ key }) => key)).toEqual([...Array.from({ length: 8 }, (_, i) => `server-0${i}`), OTHERS.key])
    expect(bars.counts.at(-1)).toEqual([6])
    expect(bars.total).toBe(66)
  })
  it('show one error among thousands', () =>
    expect(stack([1, 0, 3000], 0.01)).toEqual([
      { from: 0, to: 2 },
      { from: 2, to: 2 },
      { from: 2, to: 32 },
    ]))
})

describe('the bins asked for', () => {
  it('have a readable width and stay where they are while time goes on', () => {
    expect(binsFor({ from: 1_000_300, to: 1_900_300 }, 200)).toEqual({ from: 1_000_000, to: 1_905_000, bins: 181 })
    expect(binsFor({ from: 1_001_300, to: 1_901_300 }, 200).from).toBe(1_000_000)
  })
  it('are at least one', () => expect(binsFor({ from: 5, to: 5.5 }, 200)).toEqual({ from: 5, to: 6, bins: 1 }))
})
