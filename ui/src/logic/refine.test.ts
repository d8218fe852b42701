import { describe, expect, it } from 'vitest'
import type { Filter } from '#engines/query/ast.ts'
import { parse } from '#engines/query/parse.ts'
import { atLeast, contains, equals, faultInWords, faultOf, refine } from './refine.ts'

const host = equals('url.domain', 'shop')
const either: Filter = { kind: 'or', of: [host, equals('url.domain', 'bank')] }
const both: Filter = { kind: 'and', of: [host, either] }

describe('narrowing a filter', () => {
  it.each([
    ['', host, false, 'host:shop'],
    ['', host, true, 'host!=shop'],
    ['status:5xx', host, false, 'status:5xx host:shop'],
    ['status:500 or status:404', host, true, '(status:500 or status:404) host!=shop'],
    ['host:shop  status:5xx', host, false, 'host:shop  status:5xx'],
    ['host:shop', host, true, 'host!=shop'],
    ['not host:shop method:GET', host, false, 'method:GET host:shop'],
    ['status:(', host, false, 'host:shop'],
    ['method:GET', either, false, 'method:GET (host:shop or host:bank)'],
    ['host:shop', both, false, 'host:shop (host:shop or host:bank)'],
    ['', contains('url.query', 'q=a*(b'), false, 'query:*q=a\\*\\(b*'],
    ['', equals('url.path', '/a b*"c'), false, 'path:"/a b*\\"c"'],
  ] as const)('%j', (text, term, negate, expected) => {
    expect(refine(text, term, negate)).toBe(expected)
    expect(parse(expected).ok).toBe(true)
  })
  it('by at least a duration', () =>
    expect(parse(refine('', atLeast('event.duration', 1_240_000)))).toEqual({
      ok: true,
      filter: { kind: 'compare', field: 'event.duration', op: '>=', value: 1_240_000 },
    }))
})

it('says what is wrong and where', () => {
  expect(faultOf('status:404')).toBeUndefined()
  expect(faultInWords(faultOf('host:a (status:404')!)).toBe('At character 8: this parenthesis is not closed. Expected ).')
  expect(faultInWords({ offset: 0, length: 1, message: 'm', expected: ['a', 'b', 'c'] })).toBe('At character 1: m. Expected a, b or c.')
})
