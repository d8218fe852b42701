import { describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { actionOf, fieldsOf, partOf, resultOf, sizeOf, summaryOf, toneOf } from './call.ts'

const base: ExchangeDocument = {
  '@timestamp': '2026-01-05T10:00:00.000400Z',
  event: { id: 'a-0', start: '', end: '', duration: 1 },
  client: { ip: '10.1.0.4', port: 40112 },
  server: { ip: '10.2.0.7', port: 5432 },
  network: { protocol: 'postgresql', transport: 'tcp' },
  spider: { team: 'local', agents: [], session: { id: 'a' }, status: 'complete', missing: [], time: {} },
}
const query = (outcome: 'success' | 'failure'): ExchangeDocument =>
  ({
    ...base,
    event: { ...base.event, action: 'SELECT', outcome },
    db: { query: { text: 'SELECT 1' } },
    spider: { ...base.spider, summary: 'SELECT 1', request: { bytes: 14 }, response: { bytes: 80, body: { bytes: 9 } } },
  }) as ExchangeDocument
const http = (status_code: number, outcome: 'success' | 'failure'): ExchangeDocument => ({
  ...base,
  event: { ...base.event, action: 'GET', outcome },
  http: { version: '1.1', response: { status_code, bytes: 40, headers: [], body: { bytes: 2 } } },
  url: { original: '/', full: 'http://a/', scheme: 'http', path: '/' },
})

describe('a call of any protocol', () => {
  it('says what was asked and how it went', () => {
    const call = query('success')
    expect([actionOf(call), summaryOf(call), resultOf(call), toneOf(call), sizeOf(call)]).toEqual(['SELECT', 'SELECT 1', 'ok', '2xx', 9])
    expect(partOf(call, 'request')).toEqual({ bytes: 14 })
    expect(fieldsOf(call)).toEqual([['db', { query: { text: 'SELECT 1' } }]])
  })

  it.each([
    ['a failed query', query('failure'), 'failed', '5xx'],
    ['200', http(200, 'success'), '200', '2xx'],
    ['200 that failed within', http(200, 'failure'), '200', '5xx'],
    ['404', http(404, 'failure'), '404', '4xx'],
    ['no answer', base, undefined, 'none'],
  ])('%s', (_, call, result, tone) => expect([resultOf(call), toneOf(call)]).toEqual([result, tone]))

  it('goes by its protocol when nothing else is known', () => {
    expect([actionOf(base), summaryOf(base), sizeOf(base), fieldsOf(base)]).toEqual(['postgresql', undefined, undefined, []])
  })
})
