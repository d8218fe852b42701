import fc from 'fast-check'
import { expect, it } from 'vitest'
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

it('writes text that is longer than its buffer', () => {
  const text = '"'.repeat(1_000_000)
  expect(written((output) => output.text(text))).toBe(JSON.stringify(text))
})
