/** Plays what peers said to everything above TCP or UDP, for tests. */
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import { connectionWith, quietSide } from '../tcp/connection.case.ts'
import type { Connection } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import type { FindSecrets } from '../tls/secrets.ts'
import type { Call, Found } from './call.ts'
import type { Stream } from './stream.ts'
import { ProtocolStreams } from './streams.ts'

const codecs = await loadCodecs()

export interface Piece {
  side: 0 | 1
  bytes: Uint8Array
}

export interface PlayOptions {
  transport?: 'tcp' | 'udp'
  server?: { ip: string; port: number }
  clientKnownBy?: Connection['clientKnownBy']
  state?: Connection['state']
  /** Cuts each piece: sizes of the segments, over and over. */
  segments?: readonly number[]
  /** Saves and loads between all segments. */
  restart?: boolean
  /** Rests between all segments. */
  rest?: boolean
  /** Segments, by number, that nobody saw. */
  lose?: (index: number) => boolean
  /** Both sides say their end. */
  ends?: boolean
  keepBody?: number
  secrets?: FindSecrets
}

export interface Played {
  calls: Call[]
  exchanges: HttpExchange[]
  /** Before the connection was closed. */
  pending: Found[]
  protocol: string | undefined
  /** The state that was saved last. */
  saved: unknown
}

/** One microsecond a segment; then the connection is closed. */
export const play = (pieces: readonly Piece[], options: PlayOptions = {}): Played => {
  const { transport = 'tcp', server = { ip: '10.0.0.2', port: 7777 }, segments = [Number.POSITIVE_INFINITY], ends = true } = options
  const { clientKnownBy = transport === 'udp' ? 'data' : 'syn', state = ends ? 'closed' : 'ended', keepBody = 64 * 1024 } = options
  const connection = connectionWith({
    server,
    transport,
    clientKnownBy,
    state,
    sides: [quietSide({ fin: ends }), quietSide({ fin: ends })],
  })
  const [calls, exchanges]: [Call[], HttpExchange[]] = [[], []]
  const sink = {
    exchange: (_: Connection, exchange: HttpExchange) => void exchanges.push(structuredClone(exchange)),
    call: (_: Connection, call: Call) => void calls.push(structuredClone(call)),
  }
  let streams = new ProtocolStreams(sink, codecs, { keepBody }, options.secrets)
  streams.open(connection)
  let [index, turn] = [0, 0]
  let saved: unknown
  for (const { side, bytes } of pieces) {
    for (let from = 0; from < bytes.length; ) {
      const to = Math.min(bytes.length, from + Math.max(1, segments[turn++ % segments.length]))
      const at = micros(++index)
      if (options.lose?.(index - 1)) streams.gap(connection, side, to - from, at, 'not captured')
      else {
        // Between other bytes, and gone after the call: who looks beyond its own or holds on to them is found out.
        const lent = new Uint8Array(to - from + 8).fill(0x2e)
        lent.set(bytes.subarray(from, to), 4)
        streams.data(connection, side, lent, 4, 4 + to - from, at)
        lent.fill(0x2e)
      }
      from = to
      if (options.rest) (connection.application as Stream).rest()
      if (!options.restart) continue
      const state = structuredClone(streams.save(connection))
      saved = state
      streams = new ProtocolStreams(sink, codecs, { keepBody }, options.secrets)
      streams.load(connection, state)
    }
  }
  const pending = structuredClone(streams.pending(connection))
  const protocol = streams.protocol(connection)
  streams.close(connection, micros(index + 1))
  return { calls, exchanges, pending, protocol, saved }
}

/** A call in one line: what does not depend on how it was cut. */
export const inShort = ({
  position,
  action,
  status,
  outcome,
  request,
  response,
  summary,
  findings,
  missing,
  error,
  fields,
}: Call): string =>
  [
    ...[position, action, `${status}/${outcome}`, part(request), '>', part(response), JSON.stringify(summary), JSON.stringify(fields)],
    ...findings,
    ...missing.map(({ direction, offset, bytes, reason }) => `${direction} misses ${bytes} at ${offset}: ${reason}`),
    error ? `${error.code} at ${error.offset}` : '',
  ].join(' ')

const part = (part: Call['request']): string => {
  if (part === undefined) return '-'
  const { wireBytes, body, mimeType } = part
  return body === undefined
    ? String(wireBytes)
    : `${wireBytes} ${mimeType} ${body.bytes} ${body.sha256?.slice(0, 8)} ${body.undecoded ?? ''}`
}
