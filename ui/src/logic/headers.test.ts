import { describe, expect, it } from 'vitest'
import { header, headerLines } from './headers.ts'

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
