import { describe, expect, it } from 'vitest'
import { parse } from '#engines/query/parse.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { readJson } from '../body/json-tree.ts'
import { compare } from './diff.ts'
import { jsonPlaces, plainNumber } from './flatten.ts'
import { alike, relations } from './related.ts'
import { parseRules, USUAL_RULES } from './rules.ts'

function call(response: { status?: number; headers?: [string, string][]; json?: string; query?: string } = {}): ExchangeDocument {
  const { status = 200, headers = [], json = '{}', query } = response
  return {
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: { id: json + status, start: '2026-01-01T00:00:00.000000Z', end: '', duration: 5_000_000 },
    client: { ip: '10.0.0.1', port: 1 },
    server: { ip: '10.0.0.2', port: 80 },
    network: { protocol: 'http', transport: 'tcp' },
    http: {
      version: '1.1',
      request: { method: 'GET', bytes: 1, headers: [], body: { bytes: 0 } },
      response: {
        status_code: status,
        bytes: 1,
        headers: [['Content-Type', 'application/json'], ...headers],
        body: { bytes: json.length, content: json, encoding: 'utf-8' },
      },
    },
    url: { original: '/', full: 'http://shop/a', scheme: 'http', path: '/a', query },
    trace: { id: 'abc' },
    spider: { team: 't', agents: [], session: { id: 's' }, status: 'complete', missing: [], time: {} },
  }
}
const { rules } = parseRules(USUAL_RULES)
const told = (...calls: ExchangeDocument[]) =>
  compare(calls, rules).differences.map(({ section, path, values, ignored }) => [section, path, ...values, ...(ignored ? [ignored] : [])])

describe('differences', () => {
  it.each([
    ['the order of members and the way of numbers', '{"a":1,"b":[2.50,"x"]}', '{ "b": [25e-1, "\\u0078"], "a": 1.0 }', []],
    [
      'values by path',
      '{"a":{"b":1,"c":null}}',
      '{"a":{"b":2,"d":null}}',
      [
        ['Response body', '$.a.b', '1', '2'],
        ['Response body', '$.a.c', 'null', undefined],
        ['Response body', '$.a.d', undefined, 'null'],
      ],
    ],
    [
      'large numbers in the last digit',
      '12345678901234567890',
      '12345678901234567891',
      [['Response body', '$', '12345678901234567890', '12345678901234567891']],
    ],
    ['a number and its text', '1', '"1"', [['Response body', '$', '1', '"1"']]],
    [
      'elements that moved',
      '[{"id":1,"n":"a"},{"id":2,"n":"b"}]',
      '[{"id":2,"n":"c"},{"id":1,"n":"a"}]',
      [['Response body', '$[id=2].n', '"b"', '"c"']],
    ],
    ['elements without a name', '[1,2]', '[1,3]', [['Response body', '$[1]', '2', '3']]],
    [
      'times and ids, which do not count',
      '{"at":"2026-01-01T00:00:00Z","id":"6f1c1a52-0f5e-4a37-9f3e-3b7f3f5f9a10"}',
      '{"at":"2026-01-02T00:00:00.5+02:00","id":"7f1c1a52-0f5e-4a37-9f3e-3b7f3f5f9a11"}',
      [
        ['Response body', '$.at', '"2026-01-01T00:00:00Z"', '"2026-01-02T00:00:00.5+02:00"', 'value time'],
        ['Response body', '$.id', '"6f1c1a52-0f5e-4a37-9f3e-3b7f3f5f9a10"', '"7f1c1a52-0f5e-4a37-9f3e-3b7f3f5f9a11"', 'value uuid'],
      ],
    ],
  ])('%s', (_, a, b, differences) => expect(told(call({ json: a }), call({ json: b }))).toEqual(differences))

  it('of headers, whatever their case, and of the call', () =>
    expect(
      told(
        call({
          headers: [
            ['X-A', '1'],
            ['Date', 'a'],
            ['x-a', '2'],
          ],
        }),
        call({
          status: 500,
          headers: [
            ['x-a', '1'],
            ['date', 'b'],
          ],
          query: 'p=1',
        }),
      ),
    ).toEqual([
      ['Call', 'status', '200', '500'],
      ['Query', 'p', undefined, '1'],
      ['Response headers', 'date', 'a', 'b', 'header date'],
      ['Response headers', 'x-a (2)', '2', undefined],
    ]))
  it('of more than two', () =>
    expect(told(call({ json: '1' }), call({ json: '1' }), call({ json: '2' }))).toEqual([['Response body', '$', '1', '1', '2']]))
  it('counts what is the same', () => expect(compare([call(), call()], []).same).toBeGreaterThan(4))
})

describe('rules', () => {
  it('are read line by line, and faults told', () => {
    const { rules, faults } = parseRules('# mine\n\nheader X-*\npath *.items[*].price\nvalue number\nvalue colour\nnonsense')
    expect(rules.map(({ kind }) => kind)).toEqual(['header', 'path', 'value'])
    expect(faults).toEqual([
      'Line 6: expected header NAME, path PATTERN, or value time, uuid, trace, number.',
      'Line 7: expected header NAME, path PATTERN, or value time, uuid, trace, number.',
    ])
    const place = { section: 'Response body' as const, path: '$.a.items[3].price', values: ['1', '2'] }
    expect(rules.map((rule) => rule.fits(place))).toEqual([false, true, true])
    expect(rules[0].fits({ section: 'Request headers', path: 'x-id', values: ['1', undefined] })).toBe(true)
    expect(rules[2].fits({ ...place, values: ['1', undefined] })).toBe(false)
  })
})

it.each([
  ['1.0', '1'],
  ['10e-1', '1'],
  ['-0.0', '0'],
  ['0.001200', '0.0012'],
  ['1E3', '1000'],
  ['123.456e1', '1234.56'],
  ['1e999', '1e999'],
  ['12345678901234567890.10', '12345678901234567890.1'],
])('%s is %s', (text, plain) => expect(plainNumber(text)).toBe(plain))

it('places of several documents', () =>
  expect([...jsonPlaces(readJson('{"a":1}\n{"a":2}'))]).toEqual([
    ['$.a', '1'],
    ['$1.a', '2'],
  ]))

it('relations are filters that parse', () => {
  for (const { q } of relations(call())) expect(parse(q).ok).toBe(true)
  expect(parse(alike(call())).ok).toBe(true)
  expect(relations(call()).map(({ title }) => title)).toEqual(['It caused', 'It was made for', 'Same trace', 'Same connection'])
})
