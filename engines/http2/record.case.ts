import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import type { HttpExchange } from '../http/facts.ts'
import { startProxy } from '../protocols/proxy.case.ts'
import { type Options, play as playTo, type Step } from '../protocols/script.case.ts'
import type { Side } from '../tcp/facts.ts'
import { h2 } from './protocol.ts'

export interface Piece {
  side: Side
  bytes: Uint8Array
}

/** What Node's client and server say to one another: interleaved streams, push, trailers, an interim answer, a reset, bodies large and coded. */
export const recordNode = async (
  serve: (server: http2.Http2Server) => void,
  talk: (client: http2.ClientHttp2Session) => Promise<void>,
  options: http2.ServerOptions = {},
) => {
  const server = http2.createServer(options)
  serve(server)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const proxy = await startProxy({ port: (server.address() as AddressInfo).port })
  const client = http2.connect(`http://127.0.0.1:${proxy.port}`)
  await talk(client)
  await new Promise<void>((done) => client.close(done))
  await proxy.close()
  server.close()
  return proxy.pieces
}

/** Plays what was recorded to a reader, at one microsecond a piece; then both sides end. */
export const play = (pieces: readonly Piece[], options?: Options): HttpExchange[] => {
  const at = pieces.length + 1
  const steps = pieces.map(({ side, bytes }): Step => (side === 0 ? { client: bytes } : { server: bytes }))
  return playTo(h2, [...steps, { end: 0, at }, { end: 1, at }], { pace: 1, ...options }).exchanges
}

/** An exchange in one line. */
export const inShort = ({ request, response, status, interim, findings, missing, position }: HttpExchange): string =>
  [
    position,
    `${status}:`,
    request ? `${request.method} ${request.target} ${request.body.bytes} ${request.body.sha256?.slice(0, 8)}` : '-',
    '>',
    response ? `${response.status} ${response.body.bytes} ${response.body.sha256?.slice(0, 8)} ${response.trailers.join('=')}` : '-',
    ...interim,
    ...findings,
    ...missing.map(({ direction, offset, bytes, reason }) => `${direction} misses ${bytes} at ${offset}: ${reason}`),
  ].join(' ')
