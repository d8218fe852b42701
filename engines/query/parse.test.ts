import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { filters } from './arbitrary.case.ts'
import type { Filter } from './ast.ts'
import { FIELDS } from './fields.ts'
import { parse } from './parse.ts'
import { print } from './print.ts'

const compare = (field: string, op: '=' | '<' | '<=' | '>' | '>=', value: string | number): Filter => ({
  kind: 'compare',
  field,
  op,
  value,
})
const STATUS = 'http.response.status_code'
const text = (words: string): Filter => ({ kind: 'text', words })
const and = (...of: Filter[]): Filter => ({ kind: 'and', of })
const or = (...of: Filter[]): Filter => ({ kind: 'or', of })
const not = (of: Filter): Filter => ({ kind: 'not', of })
const path = (pattern: string): Filter => ({ kind: 'like', field: 'url.path', pattern })

const CASES: [string, Filter][] = [
  ['', { kind: 'all' }],
  ['  ', { kind: 'all' }],
  ['*', { kind: 'all' }],
  ['status:404', compare(STATUS, '=', 404)],
  ['status=404', compare(STATUS, '=', 404)],
  ['http.response.status_code:404', compare(STATUS, '=', 404)],
  ['status>=500', compare(STATUS, '>=', 500)],
  ['status:>=500', compare(STATUS, '>=', 500)],
  ['status!=200', not(compare(STATUS, '=', 200))],
  ['status:400..499', and(compare(STATUS, '>=', 400), compare(STATUS, '<=', 499))],
  ['status:400..', compare(STATUS, '>=', 400)],
  ['status:..399', compare(STATUS, '<=', 399)],
  ['status:5xx', and(compare(STATUS, '>=', 500), compare(STATUS, '<', 600))],
  ['status!=2XX', not(and(compare(STATUS, '>=', 200), compare(STATUS, '<', 300)))],
  ['status:(404 or 5xx)', or(compare(STATUS, '=', 404), and(compare(STATUS, '>=', 500), compare(STATUS, '<', 600)))],
  ['method:(not GET)', not(compare('http.request.method', '=', 'GET'))],
  ['path:/api/*', path('/api/*')],
  ['path:"/api/*"', compare('url.path', '=', '/api/*')],
  ['path:/a\\ b/*', path('/a b/*')],
  ['path:/a\\*b', compare('url.path', '=', '/a*b')],
  ['path:/a\\*b*', path('/a\\*b*')],
  ['path:*\\', path('*\\\\')],
  ['path:/a?b=c:d>e', path('/a?b=c:d>e')],
  ['path:*', { kind: 'exists', field: 'url.path' }],
  ['duration>500ms', compare('event.duration', '>', 500e6)],
  ['duration:1.5s..2m', and(compare('event.duration', '>=', 1.5e9), compare('event.duration', '<=', 120e9))],
  ['duration<10us', compare('event.duration', '<', 10e3)],
  ['duration<10µs', compare('event.duration', '<', 10e3)],
  ['size>10KB', compare('http.response.body.bytes', '>', 10_000)],
  ['size>=1kib', compare('http.response.body.bytes', '>=', 1024)],
  ['size:0', compare('http.response.body.bytes', '=', 0)],
  ['client:10.1.0.0/16', compare('client.ip', '=', '10.1.0.0/16')],
  ['server:FD00:0:0:0:0:0:0:1', compare('server.ip', '=', 'fd00::1')],
  ['client:10.1.*', { kind: 'like', field: 'client.ip', pattern: '10.1.*' }],
  ['orders', text('orders')],
  ['*orders*', text('orders')],
  ['"not found"', text('not found')],
  ['"say \\"hi\\""', text('say "hi"')],
  ['orders payment', and(text('orders'), text('payment'))],
  ['orders AND payment or refund', or(and(text('orders'), text('payment')), text('refund'))],
  ['orders (payment or refund)', and(text('orders'), or(text('payment'), text('refund')))],
  ['-orders', not(text('orders'))],
  ['-(a or b) c', and(not(or(text('a'), text('b'))), text('c'))],
  ['not not a', not(not(text('a')))],
  ['NOT method:GET', not(compare('http.request.method', '=', 'GET'))],
  ['a-b', text('a-b')],
  ['a and (b and c)', and(text('a'), text('b'), text('c'))],
]

const WRONG: [string, offset: number, length: number, message: string, expected: string][] = [
  ['status:abc', 7, 3, '"abc" is not a number', 'a class, like 5xx'],
  ['a status:4*', 9, 2, '"4*" is not a number', 'a number, like 404'],
  ['duration:5', 9, 1, '"5" is not a duration with its unit', 'a duration, like 500ms, 2s or 10us'],
  ['size>10XB', 5, 4, '"10XB" is not a size', 'a size, like 10KB or 1MiB'],
  ['client:gateway', 7, 7, '"gateway" is not an IP address or network', 'a network, like 10.2.0.0/16'],
  ['client:10.1.0.0/33', 7, 11, '"10.1.0.0/33" is not an IP address or network', 'an address, like 10.2.0.7 or fd00::1'],
  ['method>GET', 7, 3, 'http.request.method has no order: it can only be compared with : or !=', ':'],
  ['status:500..400', 7, 8, 'the range begins behind its end', '400..500'],
  ['status>4xx', 7, 3, 'a range cannot be compared with >', ':'],
  ['a stat:5', 2, 4, 'there is no field stat; put it in quotes to search for the text', 'status'],
  ['http://shop', 0, 4, 'there is no field http; put it in quotes to search for the text', 'http.version'],
  ['(a or b', 0, 1, 'this parenthesis is not closed', ')'],
  ['a) b', 1, 1, 'this parenthesis closes nothing', 'end of the filter'],
  ['a and', 5, 0, 'the filter ends where a term should be', 'a field'],
  ['or b', 0, 2, '"or" stands where a term should be', 'a word'],
  ['()', 1, 1, '")" stands where a term should be', 'not'],
  ['a "b', 2, 2, 'this quotation mark is not closed', '"'],
  ['status:', 7, 0, 'status needs a value right after the operator', 'a value'],
  ['status: 5', 7, 0, 'status needs a value right after the operator', 'a value'],
  ['status:)', 7, 1, 'status needs a value right after the operator', 'a value'],
  ['status:(method:GET)', 8, 7, 'a field cannot stand among the values of status', ')'],
]

describe('parse', () => {
  it.each(CASES)('%s', (source, filter) => expect(parse(source)).toEqual({ ok: true, filter }))

  it.each(WRONG)('says what is wrong in %s', (source, offset, length, message, expected) => {
    expect(parse(source)).toMatchObject({ ok: false, offset, length, message, expected: expect.arrayContaining([expected]) })
  })

  it('refuses what is too long or too deep', () => {
    expect(parse('x'.repeat(10_001))).toMatchObject({ ok: false, offset: 10_000 })
    expect(parse('('.repeat(5000))).toMatchObject({ ok: false, offset: 100 })
    expect(parse('not '.repeat(2000))).toMatchObject({ ok: false })
    expect(parse('a '.repeat(4000))).toMatchObject({ ok: true })
  })

  it('answers any text, with an offset within it', () => {
    const piece = fc.constantFrom(
      'status',
      ':',
      '>',
      '(',
      ')',
      '"',
      '\\',
      '-',
      ' ',
      '*',
      'and',
      'or',
      'not',
      '5xx',
      '10.1.0.0/8',
      '..',
      'path',
      'é',
      '\n',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join('')),
        ),
        (source) => {
          const parsed = parse(source)
          if (!parsed.ok) return parsed.offset >= 0 && parsed.length >= 0 && parsed.offset + parsed.length <= source.length
          expect(parse(print(parsed.filter))).toEqual(parsed)
        },
      ),
      { numRuns: 3000 },
    )
  })
})

describe('print', () => {
  it('writes what is read back as the same filter', () => {
    fc.assert(
      fc.property(filters(FIELDS), (filter) => {
        expect(parse(print(filter))).toEqual({ ok: true, filter })
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    [compare('event.duration', '>', 2.5e9), 'duration>2500ms'],
    [compare('http.response.body.bytes', '>', 10_000), 'size>10KB'],
    [and(text('a'), or(text('b'), text('c and'))), 'a (b or "c and")'],
    [not(compare(STATUS, '=', 200)), 'status!=200'],
  ])('is short: %j', (filter, shown) => expect(print(filter)).toBe(shown))
})

describe('the table of fields', () => {
  it('has every name once', () => {
    const names = FIELDS.flatMap(({ name, aliases }) => [name, ...aliases])
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })

  it.each(FIELDS)('$example uses $name', ({ example, name }) => {
    const parsed = parse(example)
    expect(parsed).toMatchObject({ ok: true })
    expect(JSON.stringify(parsed)).toContain(`"field":"${name}"`)
  })
})
