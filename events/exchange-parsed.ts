import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'
import { ExchangeDocument } from './documents/exchange.ts'

const Exchanges = Type.Object({
  agent: Type.String(),
  lane: Type.String(),
  sequence: Type.Integer({ minimum: 1 }),
  exchanges: Type.Array(Type.Object({ peerKey: Type.Optional(Type.String()), document: ExchangeDocument })),
})
export type ExchangesParsed = Static<typeof Exchanges>

export const exampleExchange: ExchangeDocument = {
  '@timestamp': '2026-01-05T10:00:00.000400Z',
  event: {
    id: '00112233445566778899aabbccddeeff-0',
    start: '2026-01-05T10:00:00.000400Z',
    end: '2026-01-05T10:00:00.002100Z',
    duration: 1700000,
  },
  client: { ip: '10.1.0.4', port: 40112 },
  server: { ip: '10.2.0.7', port: 80, domain: 'shop' },
  network: { protocol: 'http', transport: 'tcp' },
  http: {
    version: '1.1',
    request: { method: 'GET', bytes: 30, headers: [['Host', 'shop']], body: { bytes: 0 } },
    response: { status_code: 204, reason: 'No Content', bytes: 27, headers: [], body: { bytes: 0 } },
  },
  url: { original: '/', full: 'http://shop/', scheme: 'http', domain: 'shop', path: '/' },
  spider: {
    team: 'local',
    agents: ['web-1.k3f9'],
    session: { id: '00112233445566778899aabbccddeeff' },
    status: 'complete',
    missing: [],
    time: { request: { first: 1767607200000400, last: 1767607200000400 }, response: { first: 1767607200002100, last: 1767607200002100 } },
  },
}

/** Calls as one agent saw them. */
export const exchangeParsed = defineEvent<typeof Exchanges, ExchangesParsed>({
  type: 'exchange.parsed.v1',
  summary: 'Calls were read from the streams of a lane, as one agent saw them',
  schema: Exchanges,
  codec: json<ExchangesParsed>(),
  example: {
    agent: 'web-1.k3f9',
    lane: 'web-1.k3f9/3',
    sequence: 118,
    exchanges: [{ peerKey: '8a4f1c22:90b3ee01', document: exampleExchange }],
  },
})
