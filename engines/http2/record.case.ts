import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import { alone } from '../protocols/alone.case.ts'
import type { Host } from '../protocols/protocol.ts'
import { startProxy } from '../protocols/proxy.case.ts'
import type { MissingReason, Side } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { Http2Connection } from './connection.ts'

export interface Piece {
  side: Side
  bytes: Uint8Array
}

const codecs = await loadCodecs()

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

export interface Options {
  /** Cuts each piece to this size. */
  segment?: number
  /** Saves and loads between all segments. */
  restart?: boolean
  /** Segments, by number, that nobody saw. */
  lose?: (index: number) => boolean
  midway?: boolean
}

/** Plays what was recorded to a reader, at one microsecond a piece. */
export const play = (
  pieces: readonly Piece[],
  { segment = Number.POSITIVE_INFINITY, restart = false, lose, midway = false }: Options = {},
) => {
  const out: HttpExchange[] = []
  const host: Host = {
    ...alone,
    codecs,
    limits: { keepBody: 64 * 1024 },
    exchange: (exchange) => void out.push(structuredClone(exchange)),
    call: () => undefined,
    handOver: () => undefined,
  }
  let connection = new Http2Connection(host)
  connection.begin({ offsets: [0, 0], midway })
  let index = 0
  pieces.forEach(({ side, bytes }, number) => {
    const at = micros(number + 1)
    for (let from = 0; from < bytes.length; from += segment) {
      const to = Math.min(bytes.length, from + segment)
      if (lose?.(index++)) {
        connection.gap(side, to - from, at, 'not captured' satisfies MissingReason)
        continue
      }
      // Between other bytes, and gone after the call: who looks beyond its own or holds on to them is found out.
      const lent = new Uint8Array(to - from + 8).fill(0x2e)
      lent.set(bytes.subarray(from, to), 4)
      connection.receive(side, lent, 4, 4 + to - from, at)
      lent.fill(0x2e)
      if (restart) connection = Http2Connection.load(structuredClone(connection.save()), host)
    }
  })
  const end = micros(pieces.length + 1)
  connection.end(0, end)
  connection.end(1, end)
  connection.close(end)
  return out
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
