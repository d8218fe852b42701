import { describe, expect, it } from 'vitest'
import { ago, bytes, clock, count, duration, plural } from './format.ts'

describe('what is written', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_940, '99.9 kB'],
    [99_960, '100 kB'],
    [999_600, '1.0 MB'],
    [23_456_789, '23.5 MB'],
    [5e15, '5000 TB'],
  ])('%d bytes as %s', (value, text) => expect(bytes(value)).toBe(text))

  it.each([
    [0, '0 µs'],
    [85.4, '85 µs'],
    [999.6, '1.00 ms'],
    [1240, '1.24 ms'],
    [31_240, '31.2 ms'],
    [312_400, '312 ms'],
    [999_600, '1.00 s'],
    [2_050_000, '2.05 s'],
    [59_960_000, '1 min'],
    [200_000_000, '3 min 20 s'],
    [3_600_000_000, '1 h'],
    [90_000_000_000, '1 d 1 h'],
    [-40, '−40 µs'],
  ])('%d µs as %s', (value, text) => expect(duration(value)).toBe(text))

  it('counts', () => {
    expect([count(0), count(999), count(1000), count(1234567)]).toEqual(['0', '999', '1,000', '1,234,567'])
    expect([plural(1, 'call'), plural(2000, 'call'), plural(0, 'query', 'queries')]).toEqual(['1 call', '2,000 calls', '0 queries'])
  })

  it('times in a zone', () => {
    const paris = clock('Europe/Paris')
    const at = Date.UTC(2026, 2, 4, 23, 30, 5, 70)
    expect([paris.time(at + 0.9), paris.seconds(at), paris.date(at)]).toEqual(['00:30:05.070', '00:30:05', '2026-03-05'])
  })

  it('ages', () => expect([ago(900), ago(12_400), ago(200_000)]).toEqual(['now', '12 s ago', '3 min 20 s ago']))
})
