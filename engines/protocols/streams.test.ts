import { describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import { inShort } from '../http/script.case.ts'
import type { Connection, SideFacts } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { ProtocolStreams } from './streams.ts'

const codecs = await loadCodecs()
const side: SideFacts = {
  packets: 0,
  bytes: 0,
  retransmissions: 0,
  retransmittedBytes: 0,
  outOfOrder: 0,
  missingBytes: 0,
  gaps: 0,
  initialSequence: 1,
  fin: false,
  reset: false,
}
const connectionOn = (port: number, clientKnownBy: Connection['clientKnownBy'] = 'syn'): Connection => ({
  id: '0'.repeat(32),
  peerKey: undefined,
  client: { ip: '10.0.0.1', port: 40_000 },
  server: { ip: '10.0.0.2', port },
  transport: 'tcp',
  clientKnownBy,
  sides: [side, side],
  start: micros(0),
  end: micros(0),
  handshake: undefined,
  state: 'open',
  application: undefined,
})
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const listen = (connection: Connection) => {
  const out: string[] = []
  const streams = new ProtocolStreams({ exchange: (_, exchange) => void out.push(inShort(exchange)), call: () => undefined }, codecs)
  streams.open(connection)
  const say = (side: 0 | 1, text: string) => streams.data(connection, side, Buffer.from(text, 'latin1'), 0, text.length, micros(1))
  return { out, streams, say }
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
