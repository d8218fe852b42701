import type http2 from 'node:http2'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Piece, type PlayOptions, play } from '../protocols/play.case.ts'
import { recordNode } from './record.case.ts'

/** A text of less than 126 bytes as one frame (RFC 6455 section 5.2); a client masks. */
const text = (said: string, masked: boolean): Buffer => {
  const payload = Buffer.from(said)
  const mask = Buffer.from([1, 2, 3, 4])
  if (!masked) return Buffer.concat([Buffer.from([0x81, payload.length]), payload])
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload.map((byte, i) => byte ^ mask[i % 4])])
}
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ninside'

const serve = (server: http2.Http2Server) => {
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined)
    stream.respond({ ':status': headers[':path'] === '/refused' ? 403 : 200 })
    if (headers[':path'] === '/refused') stream.end('no')
    else if (headers[':protocol'] === 'websocket') stream.on('data', () => stream.write(text('pong', false)))
    else if (headers[':method'] === 'CONNECT') stream.on('data', () => stream.write(ANSWER))
    else stream.end('page')
    stream.on('end', () => stream.end())
  })
}

const talk = async (client: http2.ClientHttp2Session) => {
  await new Promise((resolve) => client.once('remoteSettings', resolve))
  const ends = (stream: http2.ClientHttp2Stream) => new Promise((resolve) => stream.on('close', resolve).on('error', resolve).resume())
  const said = (stream: http2.ClientHttp2Stream) => new Promise((resolve) => stream.once('data', resolve))
  const [chat, tunnel, other] = [
    client.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat', ':scheme': 'http', ':authority': 'a' }),
    client.request({ ':method': 'CONNECT', ':authority': 'db:80' }),
    client.request({ ':method': 'CONNECT', ':authority': 'db:81' }),
  ]
  const all = [chat, tunnel, other].map(ends)
  await Promise.all([chat, tunnel, other].map((stream) => new Promise((resolve) => stream.once('response', resolve))))
  for (const round of [1, 2, 3]) {
    const heard = [chat, tunnel, other].map(said)
    chat.write(text(`ping ${round}`, true))
    for (const [name, stream] of [['t', tunnel] as const, ['o', other] as const])
      stream.write(`GET /${name}/${round} HTTP/1.1\r\nHost: db\r\n\r\n`)
    await Promise.all(heard)
  }
  const page = client.request({ ':path': '/page' })
  const refused = client.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/refused',
    ':scheme': 'http',
    ':authority': 'a',
  })
  refused.end()
  await Promise.all([page, refused].map(ends))
  for (const stream of [chat, tunnel, other]) stream.end()
  await Promise.all(all)
}

let pieces: Piece[]
const told = (options?: PlayOptions): string[] => {
  const { exchanges, calls } = play(pieces, options)
  const lines = [
    ...exchanges.map(({ status, request, response, upgrade }) =>
      [status, request?.method, request?.target, response?.status, Buffer.from(response?.body.content ?? '').toString(), upgrade].join(' '),
    ),
    ...calls.map(({ status, protocol, request, response, summary }) => {
      const body = request?.body?.content ?? response?.body?.content ?? ''
      return [status, protocol, request === undefined ? '<' : '>', summary, Buffer.from(body).toString()].join(' ')
    }),
  ]
  const places = [...exchanges, ...calls].map(({ position }) => position)
  expect(new Set(places).size, 'each place once').toBe(places.length)
  return lines.sort()
}

beforeAll(async () => {
  pieces = await recordNode(serve, talk, { settings: { enableConnectProtocol: true } })
})

describe('what a stream carries after CONNECT', () => {
  it('is read: WebSocket (RFC 8441), and what a tunnel holds', () => {
    const all = told()
    expect(all.filter((line) => !line.includes('websocket '))).toEqual(
      [
        ...['t', 'o'].flatMap((name) => [1, 2, 3].map((round) => `complete GET /${name}/${round} 200 inside `)),
        'complete CONNECT /chat 200  websocket',
        'complete CONNECT db:80 200  tunnel',
        'complete CONNECT db:81 200  tunnel',
        'complete GET /page 200 page ',
        'complete CONNECT /refused 403 no ',
      ].sort(),
    )
    const messages = all.filter((line) => line.includes('websocket '))
    expect(messages).toHaveLength(6)
    for (const round of [1, 2, 3]) expect(messages.join('\n')).toContain(`ping ${round}`)
    expect(messages.filter((line) => line.includes('pong'))).toHaveLength(3)
  })

  it('is the same however it is cut, and saved and loaded in between', () => {
    for (const size of [1, 7, 50]) expect(told({ segments: [size], restart: size === 7 })).toEqual(told())
  })

  it('claims nothing that is not so when a segment is lost', () => {
    const truth = new Set(told())
    let complete = 0
    for (let lost = 0; lost < pieces.length; lost++) {
      const claimed = told({ lose: (index) => index === lost }).filter((line) => line.startsWith('complete'))
      for (const line of claimed) expect(truth, `without ${lost}`).toContain(line)
      complete += claimed.length / truth.size
    }
    expect(complete / pieces.length).toBeGreaterThan(0.5)
  })
})
