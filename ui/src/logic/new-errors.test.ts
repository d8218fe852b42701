import { expect, it } from 'vitest'
import { parse } from '#engines/query/parse.ts'
import { print } from '#engines/query/print.ts'
import { before, errorKinds, kindInWords, newErrors, termOfKind } from './new-errors.ts'
import { fixed, live } from './range.ts'

const kind = (...key: (string | number | null)[]) => ({ key, count: 1 })

it('are those of which there was none before', () => {
  const [old, fresh] = [kind('GET', '/a', 'orders', 500), kind('GET', '/a', 'orders', 503)]
  expect(newErrors({ groups: [old, fresh] }, { groups: [old, kind('GET', '/b', 'orders', 503)] })).toEqual([{ ...fresh, paths: ['/a'] }])
})

it('are the same for one thing and another, and lead to the calls of their form', () => {
  const earlier = { groups: [kind('GET', '/items/24', 'catalogue', 500)] }
  expect(newErrors({ groups: [kind('GET', '/items/25', 'catalogue', 500)] }, earlier)).toEqual([])
  const fresh = Array.from({ length: 7 }, (_, i) => kind('GET', `/items/${i}/parts`, 'catalogue', 500))
  const [found, ...others] = newErrors({ groups: [...fresh, kind('GET', '/items/1', 'catalogue', 500)] }, earlier)
  expect([found.key[1], found.count, kindInWords(found), others]).toEqual([
    '/items/{id}/parts',
    7,
    'GET /items/{id}/parts at catalogue 500',
    [],
  ])
  expect(print(termOfKind(found))).toContain('path:/items/*/parts')
  const [two] = newErrors({ groups: fresh.slice(0, 2) }, { groups: [] })
  expect(print(termOfKind(two))).toContain('path:/items/0/parts or path:/items/1/parts')
})

it('are compared with the stretch before, which moves in steps while live', () => {
  expect(before(fixed(5000, 7000), { from: 5000, to: 7000 })).toEqual({ from: 3000, to: 5000 })
  const at = (from: number) => before(live(1000), { from, to: from + 1000 })
  expect(at(12_345)).toEqual({ from: 9000, to: 10_000 })
  expect(at(19_999)).toEqual(at(12_345))
})

it('are looked for among the errors of the filter', () => expect(errorKinds('method:GET').q).toMatch(/^method:GET \(.*failure/))

it('lead to their calls, and say what they are', () => {
  const [unknown] = newErrors({ groups: [kind('SELECT', null, 'db', null)] }, { groups: [] })
  const [text, filter] = [kindInWords(unknown), print(termOfKind(unknown))]
  expect(text).toBe('SELECT at db failed')
  expect(parse(filter).ok).toBe(true)
  expect(filter).toContain('action:SELECT')
})
