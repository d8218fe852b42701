import { describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { completeness } from './completeness.ts'
import { toCurl } from './curl.ts'
import { timing } from './timing.ts'

type Request = NonNullable<NonNullable<ExchangeDocument['http']>['request']>

function call(spider: Partial<ExchangeDocument['spider']> = {}, request: Partial<Request> = {}): ExchangeDocument {
  return {
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: { id: 'e1', start: '', end: '', duration: 0 },
    client: { ip: '10.0.0.1', port: 1 },
    server: { ip: '10.0.0.2', port: 80 },
    network: { protocol: 'http', transport: 'tcp' },
    http: { version: '1.1', request: { method: 'GET', bytes: 1, headers: [], body: { bytes: 0 }, ...request } },
    url: { original: '/', full: "http://shop/o'clock?a=1", scheme: 'http', path: '/' },
    spider: { team: 't', agents: [], session: { id: 's' }, status: 'complete', missing: [], time: {}, ...spider },
  }
}

describe('phases of a call', () => {
  it('follow each other', () =>
    expect(timing(call({ time: { request: { first: 100, last: 110 }, response: { first: 150, last: 170 } } }))).toEqual({
      start: 100,
      total: 70,
      phases: [
        { name: 'request', from: 0, to: 10 },
        { name: 'wait', from: 10, to: 50 },
        { name: 'response', from: 50, to: 70 },
      ],
    }))
  it('have no wait when the answer came before the request ended', () =>
    expect(
      timing(call({ time: { request: { first: 100, last: 200 }, response: { first: 150, last: 170 } } }))?.phases.map(({ name }) => name),
    ).toEqual(['request', 'response']))
  it('are what was seen', () => {
    expect(timing(call({ time: { response: { first: 150, last: 170 } } }))).toEqual({
      start: 150,
      total: 20,
      phases: [{ name: 'response', from: 0, to: 20 }],
    })
    expect(timing(call())).toBeUndefined()
  })
})

describe('completeness', () => {
  it('says what is missing, and why', () =>
    expect(
      completeness(
        call({ status: 'incomplete', missing: [{ direction: 'response', offset: 14480, bytes: 2896, reason: 'dropped by kernel' }] }),
      ),
    ).toEqual(['response: 2.9 kB missing at byte 14,480 of the stream (dropped by kernel)']))
  it('says what a status means', () =>
    expect(completeness(call({ status: 'pending' }))).toEqual(['pending: the answer, or its end, has not come yet']))
})

describe('cURL', () => {
  it('quotes for the shell', () => expect(toCurl(call())).toBe("curl 'http://shop/o'\\''clock?a=1'"))
  it('leaves to curl what curl writes', () =>
    expect(
      toCurl(
        call(
          {},
          {
            headers: [
              ['Host', 'shop'],
              ['Accept-Encoding', 'gzip'],
              ['X-Empty', ''],
              ['Accept', '*/*'],
            ],
          },
        ),
      ),
    ).toBe("curl 'http://shop/o'\\''clock?a=1' \\\n  -H 'X-Empty;' \\\n  -H 'Accept: */*' \\\n  --compressed"))
  it('names a method that does not follow from the body', () => {
    expect(toCurl(call({}, { method: 'DELETE' }))).toContain('-X DELETE')
    expect(toCurl(call({}, { method: 'POST', body: { bytes: 2, content: '{}', encoding: 'utf-8' } }))).toBe(
      "curl 'http://shop/o'\\''clock?a=1' \\\n  --data-raw '{}'",
    )
  })
  it('sends binary bodies through base64, and says what was not kept', () => {
    expect(toCurl(call({}, { method: 'PUT', body: { bytes: 2, content: 'AAE=', encoding: 'base64', truncated: true } }))).toBe(
      "# only the beginning of the body was kept\nprintf %s AAE= | base64 -d | curl 'http://shop/o'\\''clock?a=1' \\\n  -X PUT \\\n  --data-binary @-",
    )
    expect(toCurl(call({}, { method: 'POST', body: { bytes: 2 } }))).toContain('# the body was not kept')
  })
})
