import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import type { HttpExchange } from '#engines/http/facts.ts'
import { play, type Step } from '#engines/http/script.case.ts'
import { connectionWith } from '#engines/tcp/connection.case.ts'
import { micros } from '#engines/time.ts'
import { ExchangeDocument } from '#events/documents/exchange.ts'
import { toHar } from '../../lane/har.ts'
import { jsonOf } from '../json-lines.ts'
import { toDocument } from './document.ts'
import { urlOf } from './url.ts'

const connection = connectionWith({ id: '0123456789abcdef0123456789abcdef' })
const context = { team: 'local', agents: ['a'], names: (ip: string) => (ip === '10.0.0.2' ? 'shop' : undefined) }
const documents = (...steps: Step[]) =>
  play(steps).map((exchange) => {
    const document = toDocument(exchange, connection, context)
    // Twice: the second time from what the writer remembers.
    for (let i = 0; i < 3; i++) expect(JSON.parse(jsonOf(exchange, connection, context))).toEqual(document)
    expect(Compile(ExchangeDocument).Check(document)).toBe(true)
    return document
  })
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: Text/Plain; charset=utf-8\r\nContent-Length: 2\r\n\r\nok'
const get = (headers: string, target = '/a?b=c') => ({ client: `GET ${target} HTTP/1.1\r\nHost: shop.example:8080\r\n${headers}\r\n` })

describe('a document', () => {
  it('has the names of ECS', () => {
    const [document] = documents(get('User-Agent: curl/8\r\n'), { server: OK })
    expect(document).toMatchObject({
      '@timestamp': '1970-01-01T00:00:00.000001Z',
      event: { id: `${connection.id}-0`, end: '1970-01-01T00:00:00.000002Z', duration: 1000, action: 'GET', outcome: 'success' },
      server: { ip: '10.0.0.2', port: 8080, domain: 'shop' },
      http: {
        version: '1.1',
        request: { method: 'GET' },
        response: { status_code: 200, mime_type: 'text/plain', body: { bytes: 2, content: 'ok', encoding: 'utf-8' } },
      },
      url: { original: '/a?b=c', full: 'http://shop.example:8080/a?b=c', domain: 'shop.example', port: 8080, path: '/a', query: 'b=c' },
      user_agent: { original: 'curl/8' },
      spider: { status: 'complete', missing: [], time: { request: { first: 1, last: 1 }, response: { first: 2, last: 2 } } },
    })
    expect(document.client).not.toHaveProperty('domain')
  })

  it('has the fields of a form, and the parts of a multipart body', () => {
    const post = (type: string, body: string) => ({
      client: `POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body, 'latin1')}\r\n\r\n${body}`,
    })
    const [form, parts, bad] = documents(
      post('application/x-www-form-urlencoded', `name=Ann+%C3%89&x=${'y'.repeat(5000)}`),
      { server: OK },
      post(
        'multipart/form-data; boundary=b',
        '--b\r\nContent-Disposition: form-data; name=f; filename=a.bin\r\nContent-Type: a/b\r\n\r\n\0\r\n--b--',
      ),
      { server: OK },
      post('multipart/mixed; boundary=b', 'nothing'),
      { server: OK },
    ).map((document) => document.http?.request?.body)
    expect(form?.fields).toEqual([
      { name: 'name', bytes: 6, content: 'Ann É', encoding: 'utf-8' },
      { name: 'x', bytes: 5000, content: 'y'.repeat(4096), encoding: 'utf-8', truncated: true },
    ])
    expect(parts?.fields).toEqual([{ name: 'f', file: 'a.bin', mime_type: 'a/b', bytes: 1, content: 'AA==', encoding: 'base64' }])
    expect(bad).not.toHaveProperty('fields')
  })

  it('says whether each call of a connection was inside TLS', () => {
    const [exchange] = play([get(''), { server: OK }])
    for (const secure of [false, true, true, false]) {
      const document = toDocument({ ...exchange, secure }, connection, context)
      expect(document.url?.full).toBe(`${secure ? 'https' : 'http'}://shop.example:8080/a?b=c`)
      expect(JSON.parse(jsonOf({ ...exchange, secure }, connection, context))).toEqual(document)
      expect(toHar([document]).log.entries[0].request.url).toBe(document.url?.full)
    }
  })

  it.each([
    ['traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', '4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'],
    ['b3: 80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1', '80f198ee56343ba864fe8b2a57d3eff7', 'e457b5a2e4d86bd1'],
    ['X-B3-TraceId: 463ac35c9f6413ad\r\nX-B3-SpanId: a2fb4a1d1a96d312', '463ac35c9f6413ad', 'a2fb4a1d1a96d312'],
    ['traceparent: 00-00000000000000000000000000000000-00f067aa0ba902b7-01', undefined, undefined],
    ['b3: 0', undefined, undefined],
  ])('traces: %s', (header, trace, span) => {
    const [document] = documents(get(`${header}\r\n`), { server: OK })
    expect([document.trace?.id, document.span?.id]).toEqual([trace, span])
  })

  it('carries text as text, and other bytes in base64', () => {
    const bodyOf = (text: string) =>
      documents(get(''), { server: `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}` })[0].http!.response!.body
    expect(bodyOf('a "b"\n\xc3\xa9')).toMatchObject({ content: 'a "b"\né', encoding: 'utf-8' })
    expect(bodyOf('\xff\xfe')).toMatchObject({ content: '//4=', encoding: 'base64' })
    expect(bodyOf('a\x00')).toMatchObject({ encoding: 'base64' })
  })

  it('says what is missing, malformed, odd or without a request', () => {
    const all = documents(
      { server: OK },
      get(''),
      {
        server: 'HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 O"K\r\nX: \xe9"\\\x01\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: 1\r\n\r\n',
      },
      { client: '\x01garbage' },
      { end: 1 },
    )
    expect(all.map(({ event, spider, error }) => [event.id.slice(32), event.action, event.outcome, spider.status, error?.code])).toEqual([
      ['-r0', undefined, 'success', 'incomplete', undefined],
      ['-0', 'GET', 'success', 'complete', undefined],
      ['-48', undefined, 'failure', 'malformed', 'not-a-request-line'],
    ])
    expect(all[2]['@timestamp']).toBe('1970-01-01T00:00:00.000004Z')
    expect(all[1].http!.response).toMatchObject({ interim: [103], reason: 'O"K', trailers: [['T', '1']] })
  })
})

describe('an outcome', () => {
  const [exchange] = play([get(''), { server: OK }])
  const answered = (status: number) => ({ ...exchange, response: { ...exchange.response!, status } })
  it.each<[string, HttpExchange, string]>([
    ['304', answered(304), 'success'],
    ['404', answered(404), 'failure'],
    ['503', answered(503), 'failure'],
    ['pending', { ...exchange, response: undefined, status: 'pending' }, 'unknown'],
    ['closed before an answer', play([get(''), { end: 1 }])[0], 'failure'],
    ['the capture ended before an answer', play([get('')])[0], 'unknown'],
  ])('%s', (_, each, outcome) => {
    expect(toDocument(each, connection, context).event.outcome).toBe(outcome)
    expect(JSON.parse(jsonOf(each, connection, context)).event.outcome).toBe(outcome)
  })
})

describe('a protocol within HTTP', () => {
  it('says of an exchange what it knows better', () => {
    const [exchange] = play([get(''), { server: OK }])
    const within: HttpExchange = {
      ...exchange,
      action: 'GetItem',
      outcome: 'failure',
      summary: 'shop.Catalogue/GetItem "é"',
      fields: { rpc: { service: 'shop.Catalogue' }, network: { protocol: 'other', type: 'ipv4' } },
      messages: [{ direction: 'response', at: micros(2), bytes: 2, type: undefined }],
    }
    const document = toDocument(within, connection, context)
    expect(document).toMatchObject({
      event: { action: 'GetItem', outcome: 'failure' },
      network: { protocol: 'http', transport: 'tcp', type: 'ipv4' },
      rpc: { service: 'shop.Catalogue' },
      spider: { summary: 'shop.Catalogue/GetItem "é"', messages: [{ direction: 'response', at: 2, bytes: 2 }] },
    })
    for (const each of [within, { ...within, fields: undefined }])
      expect(JSON.parse(jsonOf(each, connection, context))).toEqual(toDocument(each, connection, context))
  })
})

describe('urlOf', () => {
  it.each([
    ['GET', '/', '[::1]:80', { full: 'http://[::1]:80/', domain: '[::1]', port: 80, path: '/' }],
    ['GET', '/x', undefined, { full: 'http://10.0.0.2:8080/x', path: '/x' }],
    ['GET', 'http://u:p@h:81?q', 'other', { full: 'http://u:p@h:81?q', domain: 'h', port: 81, path: '/', query: 'q' }],
    ['CONNECT', 'h:443', 'h', { full: 'h:443', domain: 'h', port: 443, path: '' }],
    ['OPTIONS', '*', 'h', { full: 'http://h', domain: 'h', path: '*' }],
  ])('%s %s at %s', (method, target, host, expected) => {
    expect(urlOf(method, target, host, '10.0.0.2:8080', false)).toEqual({ original: target, scheme: 'http', ...expected })
  })

  it.each([
    ['GET', '/x?y', 'h', { full: 'https://h/x?y', scheme: 'https', domain: 'h', path: '/x', query: 'y' }],
    ['GET', '/x', undefined, { full: 'https://10.0.0.2:8443/x', scheme: 'https', path: '/x' }],
    ['GET', 'http://h/x', 'proxy', { full: 'http://h/x', scheme: 'http', domain: 'h', path: '/x' }],
    ['CONNECT', 'h:443', 'h', { full: 'h:443', scheme: 'https', domain: 'h', port: 443, path: '' }],
  ])('%s %s at %s inside TLS', (method, target, host, expected) => {
    expect(urlOf(method, target, host, '10.0.0.2:8443', true)).toEqual({ original: target, ...expected })
  })
})

describe('an archive', () => {
  it('has an entry for each exchange with a request', () => {
    const all = documents(
      { server: OK },
      get('Cookie: a=1; b=2\r\n'),
      { server: OK.replace('\r\n', '\r\nSet-Cookie: s=3; Path=/\r\n') },
      get(''),
    )
    const { entries } = toHar(all).log
    expect(entries).toHaveLength(2)
    expect(entries[0]).toMatchObject({
      request: {
        method: 'GET',
        url: 'http://shop.example:8080/a?b=c',
        httpVersion: 'HTTP/1.1',
        queryString: [{ name: 'b', value: 'c' }],
        cookies: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
        ],
      },
      response: {
        status: 200,
        statusText: 'OK',
        cookies: [{ name: 's', value: '3' }],
        content: { size: 2, mimeType: 'text/plain', text: 'ok' },
      },
      timings: { send: 0, wait: 0.001, receive: 0 },
    })
    expect(entries[1]).toMatchObject({
      response: { status: 0, bodySize: -1 },
      comment: 'incomplete: response misses 0 bytes (after capture)',
    })
  })
})
