import fc from 'fast-check'
import { expect, it } from 'vitest'
import { filters } from '#engines/query/arbitrary.case.ts'
import { fieldsOf } from '#engines/query/fields.ts'
import { parse } from '#engines/query/parse.ts'
import { print } from '#engines/query/print.ts'
import { chipsOf, flipChip, withoutChip } from './chips.ts'

it('shows each condition, and which are excluded', () =>
  expect(chipsOf('status:5xx not host:a (method:GET or method:PUT)').map(({ text, negated }) => [negated, text.includes('or')])).toEqual([
    [false, false],
    [true, false],
    [false, true],
  ]))

it('shows none of an empty filter, or one that does not parse', () => expect([chipsOf(''), chipsOf('status:')]).toEqual([[], []]))

it('takes one away, and turns one round', () => {
  expect(withoutChip('method:GET host:a', 0)).toBe('url.domain:a'.replace('url.domain', 'host'))
  expect(withoutChip('method:GET', 0)).toBe('')
  expect(chipsOf(flipChip('method:GET host:a', 0))[0].negated).toBe(true)
})

it('turned round twice, means the same', () =>
  fc.assert(
    fc.property(filters(fieldsOf('exchanges')), (filter) => {
      const text = print(filter)
      for (const [i] of chipsOf(text).entries()) expect(parse(flipChip(flipChip(text, i), i)).ok).toBe(true)
    }),
    { numRuns: 50 },
  ))
