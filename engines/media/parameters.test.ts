import { describe, expect, it } from 'vitest'
import { parameters } from './parameters.ts'

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
