import { Compile } from 'typebox/compile'
import { expect, it } from 'vitest'
import type { Call } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { micros } from '#engines/time.ts'
import { ExchangeDocument } from '#events/documents/exchange.ts'
import { bodiesOf, documentOf } from './document.ts'
import { jsonOf } from './json-lines.ts'

const connection = {
  id: '0123456789abcdef0123456789abcdef',
  transport: 'udp',
  client: { ip: '10.0.0.1', port: 40_000 },
  server: { ip: '10.0.0.2', port: 53 },
  start: micros(0),
} as Connection
const rows = new TextEncoder().encode('{"id":1}\n')
const query: Call = {
  protocol: 'toy',
  position: 14,
  action: 'ASK',
  summary: 'ASK for "é"',
  outcome: 'failure',
  request: { first: micros(1), last: micros(1), wireBytes: 20, body: undefined, mimeType: undefined },
  response: {
    first: micros(3),
    last: micros(9),
    wireBytes: 90,
    body: { bytes: 9, sha256: 'ab', content: rows, truncated: false, undecoded: undefined },
    mimeType: 'application/x-ndjson',
  },
  status: 'complete',
  missing: [],
  findings: ['odd'],
  error: undefined,
  fields: { toy: { words: ['a', 'b'] }, error: { code: '42', message: 'no such word' }, event: { id: 'mine', kind: 'event' } },
  messages: [{ direction: 'response', at: micros(3), bytes: 9, type: 'text' }],
}
const context = { team: 'local', agents: ['a'], names: () => undefined }

it('a call of any protocol is a document, with what the protocol says of it at the top', () => {
  const document = documentOf(query, connection, context)
  expect(document).toEqual({
    '@timestamp': '1970-01-01T00:00:00.000001Z',
    event: {
      id: `${connection.id}-14`,
      kind: 'event',
      start: '1970-01-01T00:00:00.000001Z',
      end: '1970-01-01T00:00:00.000009Z',
      duration: 8000,
      action: 'ASK',
      outcome: 'failure',
    },
    client: connection.client,
    server: connection.server,
    network: { protocol: 'toy', transport: 'udp' },
    toy: { words: ['a', 'b'] },
    error: { code: '42', message: 'no such word' },
    spider: {
      team: 'local',
      agents: ['a'],
      session: { id: connection.id },
      status: 'complete',
      missing: [],
      findings: ['odd'],
      summary: 'ASK for "é"',
      messages: [{ direction: 'response', at: 3, bytes: 9, type: 'text' }],
      time: { request: { first: 1, last: 1 }, response: { first: 3, last: 9 } },
      request: { bytes: 20 },
      response: {
        mime_type: 'application/x-ndjson',
        bytes: 90,
        body: { bytes: 9, sha256: 'ab', content: '{"id":1}\n', encoding: 'utf-8' },
      },
    },
  })
  expect(Compile(ExchangeDocument).Check(document)).toBe(true)
  expect(JSON.parse(jsonOf(query, connection, context))).toEqual(document)
})

it('its bodies lie elsewhere when they were put there', () => {
  expect(bodiesOf(query)).toEqual([query.response!.body])
  const { spider } = documentOf(query, connection, { ...context, reference: () => 'block#0+9' })
  expect(spider.response!.body).toEqual({ bytes: 9, sha256: 'ab', ref: 'block#0+9' })
})

it('one that is malformed says so before what its protocol says', () => {
  const error = { code: 'not-a-word', direction: 'request', offset: 14, at: micros(1) } as const
  const document = documentOf({ ...query, status: 'malformed', error, request: undefined, response: undefined }, connection, context)
  expect(document.error).toEqual({ code: 'not-a-word', message: 'The request is not toy at byte 14 of its stream: not a word.' })
  expect(document['@timestamp']).toBe('1970-01-01T00:00:00.000001Z')
})
