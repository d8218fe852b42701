import { createServer } from 'node:http'
import type http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { createBrotliCompress, createGzip } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { play as playHttp2, recordNode } from '../http2/record.case.ts'
import { play } from '../protocols/play.case.ts'
import { startProxy } from '../protocols/proxy.case.ts'
import { micros } from '../time.ts'
import { isEventStream, ServerSentEvents } from './events.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const told = (events: ServerSentEvents): string[] => events.messages.map(({ type, bytes, at }) => `${at} ${type} ${bytes}`)
const read = (text: string): string[] => {
  const events = new ServerSentEvents()
  const bytes = encode(text)
  events.add(bytes, 0, bytes.length, micros(1))
  return told(events)
}

describe('server-sent events', () => {
  it.each([
    ['data: one\n\ndata: two and\ndata: three\n\n', ['1 message 3', '1 message 13']],
    ['event: add\ndata: 1\r\n\r\nevent:gone\rdata\r\r', ['1 add 1', '1 gone 0']],
    ['data: a\r\ndata: b\r\n\r\n', ['1 message 3']],
    [': a comment\n\nretry: 100\n\nevent: none\n\nid: 7\ndata: x\n\n', ['1 message 1']],
    ['data: not ended\n', []],
    ['data:  two spaces\n\n', ['1 message 11']],
    [`data: ${'x'.repeat(5000)}\n\n`, ['1 message 5000']],
  ])('%j', (text, expected) => expect(read(text)).toEqual(expected))

  it('are the same wherever they are cut, saved and loaded', () => {
    const line = fc.constantFrom('data: a', 'data', 'event: b', 'data: longer', ': no', '', '', 'id: 1')
    const text = fc.array(
      fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')).map(([line, end]) => line + end),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(text, fc.nat(), (lines, at) => {
        const bytes = encode(lines.join(''))
        const cut = at % (bytes.length + 1)
        let events = new ServerSentEvents()
        events.add(bytes, 0, cut, micros(1))
        events = ServerSentEvents.load(structuredClone(events.save()))
        events.add(bytes, cut, bytes.length, micros(1))
        expect(told(events)).toEqual(read(lines.join('')))
      }),
    )
  })

  it('goes on after a loss with the next event that is whole', () => {
    const events = new ServerSentEvents()
    const [first, last] = [encode('data: one\n\ndata: tw'), encode('o\n\ndata: three\n\n')]
    events.add(first, 0, first.length, micros(1))
    events.lose()
    events.add(last, 0, last.length, micros(2))
    expect(told(events)).toEqual(['1 message 3', '2 message 5'])
  })

  it('are those of text/event-stream', () => {
    expect(['text/event-stream', 'Text/Event-Stream; charset=utf-8'].every(isEventStream)).toBe(true)
    expect(['text/event-streams', 'text/plain', undefined].some(isEventStream)).toBe(false)
  })
})

const TYPE = { 'content-type': 'text/event-stream' }
const SENT = ['event: hello\ndata: 1\n\n', 'data: second', '\n\n: still here\n\nevent: bye\ndata: {}\ndata: {}\n\n']
const EXPECTED = [
  ['hello', 1],
  ['message', 6],
  ['bye', 5],
]
const pause = () => new Promise((done) => setTimeout(done, 15))

describe('an exchange that streams events has them as messages, each with its time', () => {
  it('over HTTP/1', async () => {
    const server = createServer(async (_, response) => {
      response.writeHead(200, TYPE)
      for (const text of SENT) {
        response.write(text)
        await pause()
      }
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((done) => server.once('listening', done))
    const { port, pieces, close } = await startProxy({ port: (server.address() as AddressInfo).port })
    await (await fetch(`http://127.0.0.1:${port}/events`, { headers: { connection: 'close' } })).text()
    await close()
    server.close()
    for (const options of [{}, { segments: [1] }, { segments: [7, 1], restart: true }]) {
      const { exchanges } = play(pieces, options)
      const [{ messages, status }] = exchanges
      expect([status, messages?.map(({ type, bytes }) => [type, bytes])]).toEqual(['complete', EXPECTED])
      const times = messages!.map(({ at }) => at)
      expect(new Set(times).size).toBeGreaterThan(1)
    }
    const { pending } = play(pieces.slice(0, 3))
    expect(pending[0].messages).toMatchObject([{ type: 'hello' }])
  })

  it('over HTTP/2', async () => {
    const pieces = await recordNode(
      (server) =>
        server.on('stream', async (stream: http2.ServerHttp2Stream) => {
          stream.respond({ ':status': 200, ...TYPE })
          for (const text of SENT) {
            stream.write(text)
            await pause()
          }
          stream.end()
        }),
      (client) =>
        new Promise((done) => {
          client.request({ ':path': '/events' }).on('end', done).resume()
        }),
    )
    for (const options of [{}, { segment: 7, restart: true }]) {
      const [{ messages, status }] = playHttp2(pieces, options)
      expect([status, messages?.map(({ type, bytes }) => [type, bytes])]).toEqual(['complete', EXPECTED])
    }
  })
})

describe('events in a body with a length or a coding', () => {
  const GET = { side: 0 as const, bytes: encode('GET /events HTTP/1.1\r\nHost: a\r\n\r\n') }
  const head = (headers: string) => ({
    side: 1 as const,
    bytes: encode(`HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n${headers}\r\n`),
  })
  const piece = (bytes: Uint8Array) => ({ side: 1 as const, bytes })

  it('are told, one by one', () => {
    const text = 'data: 1\n\nevent: b\ndata: 22\n\n'
    const [{ messages }] = play([GET, head(`Content-Length: ${text.length}\r\n`), piece(encode(text))]).exchanges
    expect(messages?.map(({ type, bytes }) => `${type} ${bytes}`)).toEqual(['message 1', 'b 2'])
  })

  it.each(['gzip', 'br'] as const)('of %s have the times at which they could be read', async (coding) => {
    const coder = coding === 'gzip' ? createGzip() : createBrotliCompress()
    const parts: Uint8Array[] = []
    for (const text of ['data: one\n\n', 'event: b\ndata: two\n\n', 'data: three\n\n']) {
      coder.write(text)
      await new Promise<void>((done) => coder.flush(done))
      parts.push(coder.read() as Uint8Array)
    }
    coder.end()
    await new Promise((done) => coder.once('readable', done))
    parts.push(coder.read() as Uint8Array)
    const pieces = [GET, head(`Content-Encoding: ${coding}\r\nContent-Length: ${Buffer.concat(parts).length}\r\n`), ...parts.map(piece)]
    const whole = play(pieces).exchanges[0].messages
    expect(whole?.map(({ type, bytes, at }) => `${at} ${type} ${bytes}`)).toEqual(['3 message 3', '4 b 3', '5 message 5'])
    expect(play(pieces, { restart: true }).exchanges[0].messages).toEqual(whole)
  })
})
