import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HttpExchange } from '../http/facts.ts'
import type { Connection } from '../tcp/facts.ts'
import { looksLikeHar } from './detect.ts'
import { HarEntries } from './entries.ts'
import type { HarHost } from './entry.ts'
import { HarReader } from './reader.ts'

const host: HarHost = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
  base64: (text) => new Uint8Array(Buffer.from(text, 'base64')),
  time: Date.parse,
  keepBody: 1000,
}
const START = '2026-01-05T10:00:00.000Z'
const T0 = Date.parse(START) * 1000

const entry = (changes: object = {}) => ({
  startedDateTime: START,
  time: 36,
  request: {
    method: 'GET',
    url: 'https://shop.example:8443/api/orders?page=2#top',
    httpVersion: 'HTTP/2',
    cookies: [],
    headers: [{ name: 'Accept', value: '*/*' }],
    queryString: [],
    headersSize: 120,
    bodySize: 0,
  },
  response: {
    status: 200,
    statusText: 'OK',
    httpVersion: 'HTTP/2',
    cookies: [],
    headers: [{ name: 'Content-Type', value: 'application/json' }],
    content: { size: 8, mimeType: 'application/json', text: '{"a":"ä"}' },
    redirectURL: '',
    headersSize: 90,
    bodySize: 30,
  },
  cache: {},
  timings: { blocked: 1, dns: -1, connect: 5, send: 2, wait: 20, receive: 8, ssl: 3 },
  serverIPAddress: '10.2.0.7',
  connection: '443',
  ...changes,
})
const archive = (...entries: unknown[]) =>
  JSON.stringify({ log: { version: '1.2', creator: { name: 'x', version: '1' }, pages: [{ entries: [1] }], entries } })

interface Told {
  connection: Connection
  exchange: HttpExchange
}
function read(text: string | Uint8Array, piece = Number.POSITIVE_INFINITY) {
  const told: Told[] = []
  const reader = new HarReader(host, (connection, exchange) => told.push({ connection, exchange }))
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  for (let at = 0; at < bytes.length; at += piece) reader.receive(bytes.subarray(at, at + piece))
  reader.end()
  return { told, reader }
}

describe('an archive', () => {
  it('tells its calls with times, sizes, headers and bodies', () => {
    const { told, reader } = read(archive(entry()))
    expect([reader.calls, reader.damages, reader.problem]).toEqual([1, [], undefined])
    const { connection, exchange } = told[0]
    expect(connection).toMatchObject({ transport: 'tcp', client: { ip: '0.0.0.0' }, server: { ip: '10.2.0.7', port: 8443 } })
    expect(exchange).toMatchObject({
      status: 'complete',
      secure: true,
      findings: ['from-har'],
      fields: { server: { domain: 'shop.example' } },
    })
    const { request, response } = exchange
    expect(request).toMatchObject({
      method: 'GET',
      target: 'https://shop.example:8443/api/orders?page=2',
      version: '2',
      wireBytes: 120,
      headers: ['Accept', '*/*'],
    })
    expect([request?.first, request?.last, response?.first, response?.last].map((at) => at! - T0)).toEqual([6000, 8000, 28_000, 36_000])
    expect(response).toMatchObject({ status: 200, reason: 'OK', wireBytes: 120 })
    expect(Buffer.from(response!.body.content!).toString()).toBe('{"a":"ä"}')
    expect(response!.body).toMatchObject({ bytes: 10, truncated: false, sha256: host.sha256(Buffer.from('{"a":"ä"}')) })
  })

  it('is the same however its bytes come, and at every reading', () => {
    const text = archive(
      entry(),
      entry({ request: { ...entry().request, url: 'https://shop.example:8443/"{[\\' } }),
      entry({ connection: '9' }),
    )
    const whole = read(text).told
    expect(whole).toHaveLength(3)
    expect(whole[1].connection).toBe(whole[0].connection)
    expect(new Set(whole.map(({ connection, exchange }) => `${connection.id}-${exchange.position}`)).size).toBe(3)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 700 }), (piece) => void expect(read(text, piece).told).toEqual(whole)),
      { numRuns: 60 },
    )
    expect(read(`\ufeff  \n${text}`).told).toEqual(whole)
    expect(read(JSON.stringify(JSON.parse(text), undefined, 2)).told).toEqual(whole)
  })

  it('says what it does not know', () => {
    const { request, response } = entry()
    const silent = entry({
      request: { ...request, headersSize: -1, httpVersion: '' },
      response: { ...response, status: 0, httpVersion: '' },
      serverIPAddress: '',
      connection: undefined,
    })
    const { connection, exchange } = read(archive(silent)).told[0]
    expect(connection.server).toEqual({ ip: '::', port: 8443 })
    expect(exchange).toMatchObject({
      status: 'incomplete',
      response: undefined,
      request: { version: 'unknown', wireBytes: 0 },
      findings: ['from-har', 'wire-size-unknown', 'no-answer-recorded'],
    })
  })

  it('keeps the beginning of a large body, decodes base64, and makes a form of its parameters', () => {
    const { request, response } = entry()
    const form = { mimeType: 'application/x-www-form-urlencoded', params: [{ name: 'a b', value: '1&2' }] }
    const content = { size: 2000, mimeType: 'image/png', text: Buffer.alloc(2000, 7).toString('base64'), encoding: 'base64' }
    const { exchange } = read(archive(entry({ request: { ...request, postData: form }, response: { ...response, content } }))).told[0]
    expect(Buffer.from(exchange.request!.body.content!).toString()).toBe('a%20b=1%262')
    expect(exchange.response!.body).toMatchObject({ bytes: 2000, truncated: true, sha256: host.sha256(Buffer.alloc(2000, 7)) })
    expect([...exchange.response!.body.content!]).toEqual(Array(1000).fill(7))
    const cut = { ...content, size: 9000 }
    expect(read(archive(entry({ response: { ...response, content: cut } }))).told[0].exchange.response!.body).toMatchObject({
      bytes: 9000,
      truncated: true,
      sha256: undefined,
    })
  })
})

describe('a damaged archive', () => {
  it.each([
    ['not-json', 0, 'begins with n'],
    ['{"log":{"version":"1.2"}}', 24, 'no list log.entries'],
    ['{"entries":[{}]}', 15, 'no list log.entries'],
    ['{"log":{"entries":{"a":1}}}', 26, 'no list log.entries'],
    ['{"log":{"entries":[1]}}', 19, 'there is 1 where an entry'],
    ['{"log":{"entries":[{"a"', 23, 'within the entry that begins at byte 19'],
    ['{"log":{"entries":[', 19, 'before its list'],
    ['', 0, 'no list log.entries'],
  ])('%s is refused at byte %i', (text, offset, words) => {
    const { problem } = read(text).reader
    expect([problem?.offset, problem?.message]).toEqual([offset, expect.stringContaining(words)])
  })

  it('loses its damaged entries alone, each told with its place', () => {
    const bad = JSON.stringify(entry()).replace('"method"', '"method" "x"')
    const text = archive(entry(), 'HERE', entry({ startedDateTime: 'soon' }), entry({ request: {} }), entry()).replace('"HERE"', bad)
    const { told, reader } = read(text, 100)
    expect(told).toHaveLength(2)
    expect(reader.damages.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^entry 2, byte \d+, is no JSON: /),
      expect.stringMatching(/^entry 3, byte \d+, cannot be read: startedDateTime is no time/),
      expect.stringMatching(/^entry 4, byte \d+, cannot be read: request.method is missing/),
    ])
    const from = (at: number) => Buffer.from(text).subarray(at).toString()
    expect(from(reader.damages[0].offset)).toMatch(/^"x"/)
    expect(from(reader.damages[1].offset)).toMatch(/^\{"startedDateTime":"soon"/)
  })

  it('never throws, and holds no more of an entry than it may', () => {
    const text = archive(entry(), entry())
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 0, max: 255 }), fc.integer({ min: 1, max: 500 }), (at, byte, piece) => {
        const bytes = Buffer.from(text)
        bytes[at] = byte
        read(bytes, piece)
      }),
    )
    fc.assert(fc.property(fc.json(), (json) => void read(`{"log":{"entries":[${json}]}}`)))
    const seen: [string, number][] = []
    const entries = new HarEntries(
      { entry: (json) => seen.push([json, 0]), tooLarge: (offset, bytes) => seen.push(['large', offset + bytes]) },
      20,
    )
    for (const byte of Buffer.from('{"log":{"entries":[{"a":"0123456789012345678901"},{"b":1}]}}')) entries.receive(Uint8Array.of(byte))
    expect(seen).toEqual([
      ['large', 49],
      ['{"b":1}', 0],
    ])
  })
})

it('is told by its beginning', () => {
  expect(['{"log"', ' \r\n{', '\ufeff{'].map((text) => looksLikeHar(Buffer.from(text)))).toEqual([true, true, true])
  expect(['[1]', '', '\x0a\x0d\x0d\x0a'].map((text) => looksLikeHar(Buffer.from(text)))).toEqual([false, false, false])
})
