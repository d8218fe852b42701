import { describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { completeness } from './completeness.ts'
import { timing, withOpening } from './timing.ts'

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
  it('have the opening of the connection in front, with what lay between', () => {
    const own = timing(call({ time: { request: { first: 100, last: 110 }, response: { first: 150, last: 170 } } }))!
    const told = (connect?: { from: number; to: number }, tls?: { from: number; to: number }) => {
      const { phases, total, start } = withOpening(own, { connect, tls })
      return `${start}+${total}: ${phases.map(({ name, from, to }) => `${name} ${from}-${to}`).join(' ')}`
    }
    expect(told({ from: 50, to: 60 }, { from: 60, to: 90 })).toBe(
      '50+120: connect 0-10 tls 10-40 idle 40-50 request 50-60 wait 60-100 response 100-120',
    )
    expect(told({ from: 50, to: 60 })).toBe('50+120: connect 0-10 idle 10-50 request 50-60 wait 60-100 response 100-120')
    expect(told(undefined, { from: 90, to: 105 })).toBe('100+70: request 0-10 wait 10-50 response 50-70')
    expect(told()).toBe('100+70: request 0-10 wait 10-50 response 50-70')
  })
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
