import { describe, expect, it } from 'vitest'
import { header, headerLines, parameters } from './headers.ts'

describe('headers', () => {
  const headers = [
    ['Content-Type', 'text/html'],
    ['Set-Cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]
  it('are found whatever their case, the first first', () =>
    expect([header(headers, 'content-type'), header(headers, 'SET-COOKIE'), header(headers, 'etag')]).toEqual([
      'text/html',
      'a=1',
      undefined,
    ]))
  it('are copied as sent', () => expect(headerLines(headers)).toBe('Content-Type: text/html\nSet-Cookie: a=1\nset-cookie: b=2'))
})

describe('query parameters', () => {
  it.each([
    ['', []],
    [
      '?a=1&b',
      [
        ['a', '1'],
        ['b', ''],
      ],
    ],
    [
      'q=a+b%20c&q=%C3%A9t%C3%A9',
      [
        ['q', 'a b c'],
        ['q', 'été'],
      ],
    ],
    [
      'x=a=b&&y=%F0%9F%95%B7🕷',
      [
        ['x', 'a=b'],
        ['y', '🕷🕷'],
      ],
    ],
    [
      'rate=100%&bad=%ff',
      [
        ['rate', '100%'],
        ['bad', '\ufffd'],
      ],
    ],
  ])('%j', (query, expected) => expect(parameters(query)).toEqual(expected))
})
