import fc from 'fast-check'
import { expect, it } from 'vitest'
import { bodyOfText, bodyOfTexts } from './body.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '"', '\\', '\0', '\x7f', '\u2028', '\ud800', 'é', '字', '🕷', '{"a":1}'),
)

it('texts have the body of their JSON, also where nothing is kept of it', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 5 }), fc.constantFrom(0, 5, 1000), fc.boolean(), fc.nat(100), (texts, most, cut, bytes) => {
      expect(bodyOfTexts(texts, most, cut, bytes)).toEqual(bodyOfText(JSON.stringify(texts), most, cut, bytes))
    }),
    { numRuns: 1000 },
  )
})
