import { describe, expect, it } from 'vitest'
import type { QualityBin } from '#events/documents/quality.ts'
import { causesOf, levelOf, qualityInWords, qualityLine } from './quality.ts'

const bin = (time: number, more: Partial<QualityBin> = {}): QualityBin => ({
  time,
  complete: 100,
  incomplete: 0,
  malformed: 0,
  filtered: 0,
  own: 0,
  encrypted: 0,
  pending: 0,
  captured: 2_000_000,
  kernel: 0,
  overflow: 0,
  silent: [],
  ...more,
})

describe('the quality of a minute', () => {
  it.each([
    ['none', { complete: 0, captured: 0 }],
    ['good', {}],
    ['good', { pending: 5 }],
    ['slight', { kernel: 8 }],
    ['bad', { incomplete: 1 }],
    ['severe', { overflow: 200_000 }],
    ['severe', { malformed: 50 }],
    ['severe', { complete: 0, captured: 0, silent: ['web-1'] }],
  ] as const)('%s: %o', (level, more) =>
    expect(levelOf(bin(0, { ...more, silent: [...('silent' in more ? more.silent : [])] }))).toBe(level),
  )

  it('says why', () =>
    expect(causesOf(bin(0, { kernel: 8, incomplete: 1, silent: ['web-1'] }))).toEqual([
      'agent web-1 silent',
      '8 packets of 2,000,008 dropped by the kernel',
      '1 call of 101 incomplete',
    ]))
})

describe('the quality line', () => {
  it('joins what is alike and keeps apart what has a cause', () => {
    const line = qualityLine([bin(0), bin(60), bin(120, { kernel: 8 }), bin(180, { kernel: 8 })], 60, { from: 30, to: 210 }, 100)
    expect(line.map(({ from, to, level }) => [from, to, level])).toEqual([
      [30, 120, 'good'],
      [120, 180, 'slight'],
      [180, 210, 'slight'],
    ])
    expect(qualityInWords(line)).toBe('Capture quality: something is missing in 2 stretches of time')
  })
  it('is as bad as its worst minute when minutes are gathered', () => {
    const line = qualityLine([bin(0), bin(60, { overflow: 1_000_000 }), bin(120)], 60, { from: 0, to: 240 }, 2)
    expect(line.map(({ from, to, level }) => [from, to, level])).toEqual([
      [0, 120, 'severe'],
      [120, 240, 'good'],
    ])
  })
  it('leaves time without an agent empty', () =>
    expect(qualityLine([bin(0), bin(300)], 60, { from: 0, to: 360 }, 100).map(({ from }) => from)).toEqual([0, 300]))
})
