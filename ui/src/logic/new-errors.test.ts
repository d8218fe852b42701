import { expect, it } from 'vitest'
import { parse } from '#engines/query/parse.ts'
import { print } from '#engines/query/print.ts'
import { before, errorKinds, kindInWords, newErrors, termOfKind } from './new-errors.ts'
import { fixed, live } from './range.ts'

const kind = (...key: (string | number | null)[]) => ({ key, count: 1 })

it('are those of which there was none before', () => {
  const [old, fresh] = [kind('GET', '/a', 'orders', 500), kind('GET', '/a', 'orders', 503)]
  expect(newErrors({ groups: [old, fresh] }, { groups: [old, kind('GET', '/b', 'orders', 503)] })).toEqual([fresh])
})

it('are compared with the stretch before, which moves in steps while live', () => {
  expect(before(fixed(5000, 7000), { from: 5000, to: 7000 })).toEqual({ from: 3000, to: 5000 })
  const at = (from: number) => before(live(1000), { from, to: from + 1000 })
  expect(at(12_345)).toEqual({ from: 9000, to: 10_000 })
  expect(at(19_999)).toEqual(at(12_345))
})

it('are looked for among the errors of the filter', () => expect(errorKinds('method:GET').q).toMatch(/^method:GET \(.*failure/))

it('lead to their calls, and say what they are', () => {
  const { text, filter } = {
    text: kindInWords(kind('SELECT', null, 'db', null)),
    filter: print(termOfKind(kind('SELECT', null, 'db', null))),
  }
  expect(text).toBe('SELECT at db failed')
  expect(parse(filter).ok).toBe(true)
  expect(filter).toContain('action:SELECT')
})
