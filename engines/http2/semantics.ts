import type { HeaderList } from '../hpack/decoder.ts'
import { note } from '../http/pairing.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Block } from './blocks.ts'
import { type Head, newRequest, readHead } from './message.ts'
import type { Http2Stream } from './stream.ts'
import type { Loss, Streams } from './streams.ts'
import type { Tunnels } from './tunnels.ts'

const SIDES = [CLIENT, SERVER] as const
/** Interim answers told of one exchange. */
const MOST_INTERIM = 64

/** What header lists say of the streams of one connection: requests, answers, trailers, pushes, tunnels (RFC 9113 section 8). */
export class Semantics {
  /** The last loss of each side that may have held header blocks. */
  readonly losses: [Loss | undefined, Loss | undefined] = [undefined, undefined]
  /** Of which sides something was seen. */
  readonly seen: [boolean, boolean] = [false, false]
  private readonly streams: Streams
  private readonly tunnels: Tunnels

  constructor(streams: Streams, tunnels: Tunnels) {
    this.streams = streams
    this.tunnels = tunnels
  }

  /** RFC 7540 section 3.2: the request that asked for the upgrade is that of stream 1. Its own place is taken by the exchange that ended with 101. */
  upgraded({ ':method': method, ':path': path, host, position }: Readonly<Record<string, string>>, at: Micros): void {
    const head = readHead([':method', method, ':path', path ?? '?', ...(host === undefined ? [] : [':authority', host])])
    const { exchange } = this.streams.begin(1, Number(position))
    exchange.request = { ...newRequest(head, at, at, 0), complete: true }
    note(exchange, 'request-in-http-1')
  }

  /** A header block is whole, and says this list. */
  list(side: Side, block: Block, { headers, findings }: HeaderList, at: Micros): void {
    const { streams } = this
    if (streams.isClosed(block.stream) && block.promised === 0) {
      if (block.ends) this.tunnels.end(block.stream, side, at)
      return
    }
    const head = readHead(headers)
    head.findings.push(...findings)
    if (block.promised !== 0) {
      if (side === SERVER && !streams.isClosed(block.promised)) this.push(block, head, at)
      return
    }
    if (side === CLIENT) streams.newest(block.stream)
    const begins = side === CLIENT ? head.method !== undefined : head.status > 0
    const stream = streams.get(block.stream)
    const message = stream?.message(side)
    if (message !== undefined) {
      if (message.complete) return
      message.trailers = message.trailers.concat(headers)
      message.wireBytes += block.wireBytes
      message.last = at
      for (const finding of head.findings) note(stream!.exchange, finding)
    } else if (begins || findings.length > 0) this.begin(side, stream ?? this.streamOf(side, block), block, head, at)
    const now = streams.get(block.stream)
    if (now !== undefined && block.ends) this.end(now, side)
  }

  private streamOf(side: Side, { stream, offset }: Block): Http2Stream {
    return this.streams.begin(stream, side === CLIENT ? offset : -offset - 1)
  }

  private begin(side: Side, stream: Http2Stream, block: Block, head: Head, at: Micros): void {
    const { exchange } = stream
    if (side === SERVER && head.status >= 100 && head.status < 200 && !block.ends) {
      if (exchange.interim.length < MOST_INTERIM) exchange.interim.push(head.status)
      return
    }
    if (side === CLIENT) exchange.position = block.offset
    else if (exchange.request === undefined && this.losses[CLIENT] !== undefined && exchange.missing.length === 0)
      exchange.missing.push({ direction: 'request', ...this.losses[CLIENT] })
    if (side === CLIENT) this.streams.asked(stream)
    stream.begin(side, head, block.first, at, block.wireBytes)
    if (exchange.upgrade !== undefined && !block.ends && !exchange.request!.complete) this.beginTunnel(stream, at)
  }

  /** Both messages end with their headers: what follows on the stream is none of HTTP. */
  private beginTunnel(stream: Http2Stream, at: Micros): void {
    for (const side of SIDES) stream.end(side, true)
    this.streams.end(stream)
    this.tunnels.begin(stream.id, stream.exchange, at)
  }

  /** Section 8.4. The promised request has its place in the server's stream. */
  private push(block: Block, head: Head, at: Micros): void {
    const stream = this.streams.get(block.promised) ?? this.streams.begin(block.promised, -block.offset - 1)
    if (stream.message(CLIENT) !== undefined) return
    stream.begin(CLIENT, head, block.first, at, block.wireBytes)
    note(stream.exchange, 'pushed')
    this.end(stream, CLIENT)
  }

  /** The message of this side is whole. */
  end(stream: Http2Stream, side: Side): void {
    this.streams.endSide(stream, side, !this.seen[CLIENT])
  }
}
