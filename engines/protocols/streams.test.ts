import { describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import { inShort } from '../http/script.case.ts'
import { connectionWith } from '../tcp/connection.case.ts'
import type { Connection } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import type { Call } from './call.ts'
import type { Beginning } from './protocol.ts'
import { PROTOCOLS } from './registry.ts'
import { ProtocolStreams } from './streams.ts'
import { toy } from './toy.case.ts'

const codecs = await loadCodecs()
const connectionOn = (
  port: number,
  clientKnownBy: Connection['clientKnownBy'] = 'syn',
  transport: Connection['transport'] = 'tcp',
): Connection => connectionWith({ server: { ip: '10.0.0.2', port }, clientKnownBy, transport })
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const listen = (connection: Connection) => {
  const out: string[] = []
  const begun: Beginning[] = []
  const sink = {
    exchange: (_: Connection, exchange: HttpExchange) => void out.push(inShort(exchange)),
    call: (_: Connection, { position, status, summary, missing }: Call) =>
      void out.push(`${position} ${status}: ${summary}${missing.map(({ offset, bytes }) => ` -${bytes}@${offset}`).join('')}`),
  }
  const streams = new ProtocolStreams(sink, codecs, {}, undefined, [...PROTOCOLS, toy((beginning) => begun.push(beginning))])
  streams.open(connection)
  const say = (side: 0 | 1, text: string) => streams.data(connection, side, Buffer.from(text, 'latin1'), 0, text.length, micros(1))
  return { out, streams, say, begun }
}

describe('streams', () => {
  it('read HTTP on any port, from the first byte', () => {
    const connection = connectionOn(7777)
    const { out, streams, say } = listen(connection)
    say(0, 'G')
    say(0, REQUEST.slice(1))
    expect(streams.protocol(connection)).toBe('http')
    expect(streams.pending(connection).map((found) => inShort(found as HttpExchange))).toEqual(['0 pending: GET / 0 > -'])
    say(1, ANSWER)
    streams.close(connection, micros(2))
    expect([out, streams.calls(connection)]).toEqual([['0 complete: GET / 0 > 200 2 "ok"'], 1])
  })

  it('say malformed of garbage on port 80, and name what is not HTTP', () => {
    const garbage = connectionOn(80)
    const first = listen(garbage)
    first.say(0, '\x01\x02\x03')
    first.streams.close(garbage, micros(2))
    expect(first.out).toEqual(['0 malformed: - > - [response misses 0 at 0: after capture, not-a-request-line in request at 0]'])
    const tls = connectionOn(80)
    const second = listen(tls)
    second.say(0, '\x16\x03\x01\x00\x80\x01\x00\x00\x7c\x03\x03')
    second.streams.close(tls, micros(2))
    expect([second.out, second.streams.protocol(tls)]).toEqual([[], 'tls'])
  })

  it('find their way in when the capture began in the middle, offsets counting what went by', () => {
    const connection = connectionOn(80, 'data')
    const { out, streams, say } = listen(connection)
    say(1, 'rest of a body')
    say(0, REQUEST)
    say(1, ANSWER)
    say(0, REQUEST)
    streams.close(connection, micros(2))
    expect(out).toEqual(['0 complete: GET / 0 > 200 2 "ok"', '27 incomplete: GET / 0 > - [response misses 0 at 54: after capture]'])
  })

  it('go on from what was saved, before and after the protocol is known', () => {
    const connection = connectionOn(7777)
    let { out, streams, say } = listen(connection)
    const all: string[] = []
    for (const [side, text] of [...[...REQUEST].map((byte) => [0, byte] as const), ...[...ANSWER].map((byte) => [1, byte] as const)]) {
      say(side, text)
      const saved = structuredClone(streams.save(connection))
      all.push(...out)
      ;({ out, streams, say } = listen(connection))
      streams.load(connection, saved)
    }
    expect(all).toEqual(['0 complete: GET / 0 > 200 2 "ok"'])
    expect(streams.calls(connection)).toBe(1)
  })
})

/** So many connections, each with two calls, all in turn; and how many of them rest in the end. */
const inTurn = (count: number) => {
  const connections = Array.from({ length: count }, (_, i) => connectionOn(i + 1))
  const told = new Map<Connection, string[]>(connections.map((connection) => [connection, []]))
  const sink = {
    exchange: (connection: Connection, exchange: HttpExchange) => void told.get(connection)!.push(inShort(exchange)),
    call: () => undefined,
  }
  const streams = new ProtocolStreams(sink, codecs)
  const say = (connection: Connection, side: 0 | 1, text: string) =>
    streams.data(connection, side, Buffer.from(text), 0, text.length, micros(1))
  for (const connection of connections) streams.open(connection)
  for (const text of [REQUEST, ANSWER, REQUEST, ANSWER])
    for (const connection of connections) say(connection, text === REQUEST ? 0 : 1, text)
  const resting = connections.filter((connection) => (connection.application as { rested?: unknown }).rested !== undefined)
  for (const connection of connections) {
    streams.end(connection, 0, micros(2))
    streams.close(connection, micros(3))
    expect(streams.protocol(connection)).toBe('http')
    expect(told.get(connection)).toEqual(['0 complete: GET / 0 > 200 2 "ok"', '27 complete: GET / 0 > 200 2 "ok"'])
  }
  return resting.length
}

it('streams of many connections rest between their calls, and wake', () => {
  expect(inTurn(18_000)).toBeGreaterThan(16_900)
})

it('streams that come back soon after they were put to rest are busy: there is room for them', () => {
  expect(inTurn(3000)).toBe(0)
})

type Said = readonly [0 | 1, string]
const CONNECT = 'CONNECT b:9 HTTP/1.1\r\nHost: b:9\r\n\r\n'
const UPGRADE = 'GET /toy HTTP/1.1\r\nHost: a\r\nUpgrade: TOY/1\r\nConnection: upgrade\r\n\r\n'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: TOY/1\r\n\r\n'
const ASKED = '0 complete: GET /toy 0 > 101 0 [upgrade TOY/1]'

/** What is said on one connection, what comes out, and what it speaks in the end. */
const talks: [string, Said[], string[], string][] = [
  [
    'a call',
    [
      [0, 'toy? a\ntoy? b\n'],
      [1, 'toy! a\ntoy! b\n'],
    ],
    ['0 complete: toy? a', '7 complete: toy? b'],
    'toy',
  ],
  [
    'an upgrade from HTTP',
    [
      [0, UPGRADE],
      [1, `${SWITCHED}`],
      [0, 'toy? a\n'],
      [1, 'toy! a\n'],
    ],
    [ASKED, '67 complete: toy? a'],
    'toy',
  ],
  [
    'a tunnel through HTTP, and HTTP in it',
    [
      [0, CONNECT],
      [1, 'HTTP/1.1 200 OK\r\n\r\n'],
      [0, REQUEST],
      [1, ANSWER],
    ],
    ['0 complete: CONNECT b:9 0 > 200 0 [upgrade tunnel]', '35 complete: GET / 0 > 200 2 "ok"'],
    'http',
  ],
  [
    'a tunnel in which nobody reads',
    [
      [0, CONNECT],
      [1, 'HTTP/1.1 200 OK\r\n\r\n'],
      [0, '\x16\x03\x01\x00\x80\x01'],
      [1, '\x16\x03\x03\x00\x80\x02'],
    ],
    ['0 complete: CONNECT b:9 0 > 200 0 [upgrade tunnel]'],
    'tls',
  ],
  [
    'a start that comes later, and back again',
    [
      [0, 'toy? become ?\n'],
      [1, 'toy! yes\n'],
      [0, UPGRADE],
      [1, SWITCHED],
      [0, 'toy? become secret\n'],
      [1, 'toy! yes\n'],
      [0, '\x01\x02'],
    ],
    ['0 complete: toy? become ?', ASKED.replace('0 complete', '14 complete'), '81 complete: toy? become secret'],
    'secret',
  ],
]

describe('a connection that changes over', () => {
  it.each(talks)('%s', (_, said, expected, protocol) => {
    const connection = connectionOn(7777)
    const { out, streams, say } = listen(connection)
    for (const [side, text] of said) say(side, text)
    streams.close(connection, micros(2))
    expect([out, streams.protocol(connection), streams.calls(connection)]).toEqual([expected, protocol, expected.length])
  })

  it.each(talks)('%s: in pieces of any size, with save and load between them', (_, said, expected, protocol) => {
    for (const size of [1, 2, 3, 7, 20]) {
      const connection = connectionOn(7777)
      let { out, streams, say } = listen(connection)
      const all: string[] = []
      for (const [side, text] of said) {
        for (let at = 0; at < text.length; at += size) {
          say(side, text.slice(at, at + size))
          const saved = structuredClone(streams.save(connection))
          all.push(...out)
          ;({ out, streams, say } = listen(connection))
          streams.load(connection, saved)
        }
      }
      streams.close(connection, micros(2))
      expect([[...all, ...out], streams.protocol(connection)], `pieces of ${size}`).toEqual([expected, protocol])
    }
  })

  it('gives on the bytes behind the answer, where they begin, and what was agreed', () => {
    const connection = connectionOn(7777)
    const { out, streams, say, begun } = listen(connection)
    say(0, UPGRADE)
    say(0, 'toy? early\n')
    say(1, `${SWITCHED}toy! early\n`)
    expect(out).toEqual([ASKED, '67 complete: toy? early'])
    expect(begun).toEqual([
      {
        offsets: [UPGRADE.length, SWITCHED.length],
        midway: false,
        agreed: { upgrade: 'TOY/1', ':method': 'GET', ':path': '/toy', position: '0', host: 'a' },
      },
    ])
    expect(streams.protocol(connection)).toBe('toy')
  })

  it('is read as HTTP after all when the server does not want to', () => {
    const connection = connectionOn(7777)
    const { out, say } = listen(connection)
    say(0, UPGRADE)
    say(0, REQUEST)
    say(1, ANSWER + ANSWER)
    expect(out).toEqual(['0 complete: GET /toy 0 > 200 2 "ok"', '67 complete: GET / 0 > 200 2 "ok"'])
  })

  it('ends for the new reader too, and says what was lost before it', () => {
    const connection = connectionOn(7777)
    const { out, streams, say, begun } = listen(connection)
    say(0, UPGRADE)
    streams.end(connection, 0, micros(1))
    say(1, SWITCHED)
    streams.gap(connection, 1, 5, micros(1), 'not captured')
    streams.end(connection, 1, micros(1))
    expect(out).toEqual([ASKED])
    expect(begun[0].offsets).toEqual([67, SWITCHED.length])
    const lossy = connectionOn(7777)
    const second = listen(lossy)
    second.say(0, CONNECT)
    second.say(0, 'toy')
    second.streams.gap(lossy, 0, 4, micros(1), 'not captured')
    second.say(1, 'HTTP/1.1 200 OK\r\n\r\n')
    second.say(0, 'toy? b\n')
    expect(second.begun).toEqual([{ offsets: [42, 19], midway: true, agreed: expect.objectContaining({ upgrade: 'tunnel' }) }])
  })

  it('is followed so far and no further when it changes again and again', () => {
    const connection = connectionOn(7777)
    const { out, streams, say } = listen(connection)
    for (let i = 0; i < 1000; i++) {
      say(0, 'toy? become toy\n')
      say(1, 'toy! yes\n')
    }
    expect(out).toHaveLength(9)
    say(0, 'toy? a\n'.repeat(100_000))
    expect(streams.save(connection)).toMatchObject({ reading: false, detector: undefined })
  })
})

describe('a conversation over UDP', () => {
  it('is recognised by any of its first datagrams, and read datagram by datagram', () => {
    const connection = connectionOn(7777, 'data', 'udp')
    const { out, streams, say, begun } = listen(connection)
    for (const text of ['\x01', 'GET / HTTP/1.1\r\n\r\n', 'to']) say(0, text)
    expect(streams.protocol(connection)).toBeUndefined()
    say(0, 'toy? a')
    say(1, 'toy! a')
    streams.close(connection, micros(2))
    expect([out, streams.protocol(connection)]).toEqual([['21 complete: toy? a'], 'toy'])
    expect(begun).toEqual([{ offsets: [21, 0], midway: false, agreed: undefined }])
  })

  it('costs nothing more once nobody knows it', () => {
    const connection = connectionOn(7777, 'data', 'udp')
    const { streams, say } = listen(connection)
    for (let i = 0; i < 100; i++) say(0, '\x01')
    expect([streams.protocol(connection), streams.save(connection).detector]).toEqual(['unknown', undefined])
  })
})
