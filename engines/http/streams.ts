import { Detector, type SavedDetector } from '../detect/detector.ts'
import type { Protocol } from '../detect/protocols.ts'
import { CLIENT, type Connection, type MissingReason, SERVER, type Side, type StreamSink } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { HttpConnection, type Saved } from './connection.ts'
import type { Codecs, HttpExchange, HttpSink } from './facts.ts'
import { DEFAULT_LIMITS, type HttpLimits } from './limits.ts'

/** Bytes that were lost before it was known what the connection speaks. */
interface Lost {
  side: Side
  offset: number
  missing: number
  reason: MissingReason
  at: Micros
}
/** So many of them are told at most: whoever loses more has lost the beginning. */
const MOST_LOST = 16

/** What is above one TCP connection, as plain data. */
export interface SavedStream {
  detector: SavedDetector
  http: Saved | undefined
  exchanges: number
  lost: Lost[]
}

/** Lies in `Connection.application`. */
class Stream {
  readonly detector: Detector
  http: HttpConnection<Connection> | undefined = undefined
  exchanges = 0
  upgrade: string | undefined = undefined
  closed = false
  lost: Lost[] = []

  constructor(detector: Detector) {
    this.detector = detector
  }
}

/**
 * What listens to a TCP table: finds out what each connection speaks, and reads those that speak HTTP/1. Its state lies in
 * `Connection.application`.
 */
export class HttpStreams implements StreamSink, HttpSink<Connection> {
  private readonly sink: HttpSink<Connection>
  private readonly codecs: Codecs
  private readonly limits: HttpLimits

  constructor(sink: HttpSink<Connection>, codecs: Codecs, limits: Partial<HttpLimits> = {}) {
    this.sink = sink
    this.codecs = codecs
    this.limits = { ...DEFAULT_LIMITS, ...limits }
  }

  open(connection: Connection): void {
    const stream = new Stream(new Detector(connection.server.port, connection.clientKnownBy !== 'syn'))
    stream.closed = connection.transport !== 'tcp'
    connection.application = stream
  }

  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const stream = connection.application as Stream
    if (stream.closed) return
    if (stream.http !== undefined) stream.http.receive(side, bytes, start, end, at)
    else if (stream.detector.protocol === undefined && stream.detector.receive(side, bytes, start, end) === 'http') {
      this.begin(connection, stream, at).receive(side, bytes, start, end, at)
    }
  }

  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void {
    const stream = connection.application as Stream
    if (stream.closed) return
    if (stream.http !== undefined) stream.http.gap(side, missing, at, reason)
    else if (stream.detector.protocol === undefined) {
      stream.detector.lose(side, missing)
      const offset = stream.detector.passed[side] - missing
      if (missing > 0 && reason !== 'before capture' && stream.lost.length < MOST_LOST)
        stream.lost.push({ side, offset, missing, reason, at })
    }
  }

  end(connection: Connection, side: Side, at: Micros): void {
    const stream = connection.application as Stream
    stream.http?.end(side, at)
  }

  close(connection: Connection, at: Micros): void {
    const stream = connection.application as Stream
    if (stream.closed) return
    const { detector } = stream
    if (stream.http === undefined && detector.protocol === undefined && detector.end() === 'http') this.begin(connection, stream, at)
    if (stream.http === undefined) return
    for (const side of [CLIENT, SERVER] as const) if (connection.sides[side].fin || connection.sides[side].reset) stream.http.end(side, at)
    stream.http.close(at)
    // A closed connection may be remembered for long: what is above it need not be.
    stream.upgrade = stream.http.upgrade
    stream.http = undefined
    stream.closed = true
  }

  private begin(connection: Connection, stream: Stream, at: Micros): HttpConnection<Connection> {
    const { detector } = stream
    const http = new HttpConnection(this, connection, this.codecs, this.limits)
    stream.http = http
    if (detector.midway) http.midway(detector.passed)
    for (const { side, offset, missing, reason, at } of stream.lost) http.lost(side, offset, missing, reason, at)
    stream.lost = []
    for (const side of [CLIENT, SERVER] as const) {
      const held = detector.takeHeld(side)
      if (held.length > 0) http.receive(side, held, 0, held.length, at)
    }
    return http
  }

  exchange(connection: Connection, exchange: HttpExchange): void {
    const stream = connection.application as Stream
    stream.exchanges++
    this.sink.exchange(connection, exchange)
  }

  /** What a connection speaks; undefined while it is not known. After an upgrade, what it was upgraded to. */
  protocol(connection: Connection): Protocol | string | undefined {
    const stream = connection.application as Stream
    return stream.http?.upgrade ?? stream.upgrade ?? stream.detector.protocol
  }

  /** Exchanges of a connection that came out so far. */
  exchanges(connection: Connection): number {
    return (connection.application as Stream).exchanges
  }

  /** Exchanges of a connection that are not finished, as they are now. */
  pending(connection: Connection): HttpExchange[] {
    return (connection.application as Stream).http?.pending() ?? []
  }

  save(connection: Connection): SavedStream {
    const { detector, http, exchanges, lost } = connection.application as Stream
    return { detector: detector.save(), http: http?.save(), exchanges, lost: [...lost] }
  }

  /** Puts back, into a connection that was itself put back, what `save` gave for it. */
  load(connection: Connection, saved: SavedStream): void {
    this.open(connection)
    const stream = connection.application as Stream
    stream.detector.load(saved.detector)
    stream.exchanges = saved.exchanges
    stream.lost = [...saved.lost]
    if (saved.http !== undefined) stream.http = HttpConnection.load(saved.http, this, connection, this.codecs, this.limits)
  }
}
