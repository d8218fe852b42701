import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Value } from '#engines/protocols/call.ts'
import { micros } from '#engines/time.ts'
import { iso } from '../lane/time.ts'
import { Output } from './output.ts'

const written = (write: (output: Output) => void): string => {
  const output = new Output()
  write(output)
  return output.bytes.toString('utf8', 0, output.length)
}

const piece = fc.constantFrom('"', '\\', '\n', '\r', '\t', '\b', '\f', '\0', '\x7f', '\u2028', '\ufeff', '\ud800', 'é', '字', '🕷', 'plain')

it('writes any text as JSON.stringify does, between whatever else', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), (texts) => {
      expect(written((output) => texts.forEach((each) => void output.text(each)))).toBe(texts.map((each) => JSON.stringify(each)).join(''))
    }),
    { numRuns: 1000 },
  )
})

it('writes any value as JSON.stringify does', () => {
  const number = fc.oneof(
    fc.maxSafeInteger(),
    fc.integer({ min: 0, max: 2 ** 33 }),
    fc.constantFrom(0, 9, 10, 2 ** 31 - 1, 2 ** 31, 999_999_999_999, 1e12),
  )
  const value = fc.oneof(number, fc.jsonValue())
  fc.assert(
    fc.property(value, (value) => {
      expect(written((output) => output.value(value as Value))).toBe(JSON.stringify(value))
    }),
    { numRuns: 1000 },
  )
})

it('writes times as text and as numbers, whatever second was before', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4e15 }), { maxLength: 5 })
  fc.assert(
    fc.property(times, (times) => {
      const all = times.flatMap((at) => [at, at + 1, at + 1_000_000]).map(micros)
      expect(written((output) => all.forEach((at) => void output.iso(at)))).toBe(all.map(iso).join(''))
      expect(written((output) => all.forEach((at) => void output.micros(at)))).toBe(all.join(''))
    }),
  )
})

it('writes text that is longer than its buffer', () => {
  const text = '"'.repeat(1_000_000)
  expect(written((output) => output.text(text))).toBe(JSON.stringify(text))
})
