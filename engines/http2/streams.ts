import { describeGrpc } from '../grpc/grpc.ts'
import { describeGrpcWeb } from '../grpc/web.ts'
import { type HttpLimits, limitsOf } from '../http/limits.ts'
import { note } from '../http/pairing.ts'
import type { Host } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import { errorName } from './frames.ts'
import { MOST_CLOSED, MOST_OPEN, MOST_WIDE, TIGHT } from './limits.ts'
import { Http2Stream, type SavedStream } from './stream.ts'

/** A loss that may have taken frames of this side with it. */
export interface Loss {
  offset: number
  bytes: number
  reason: MissingReason
}

export interface SavedStreams {
  streams: SavedStream[]
  closed: number[]
  alone: number[]
  highest: number
}

const DIRECTION = ['request', 'response'] as const
const SIDES = [CLIENT, SERVER] as const
/** With these, a message that came to its end was not read whole. */
const NOT_WHOLE: ReadonlySet<string> = new Set(['header-not-known', 'header-block-too-large', 'frame-too-large', 'too-many-headers'])
/** Losses told of one exchange. */
const MOST_MISSING = 64

/** The streams of one connection and how they end (RFC 9113 sections 5.1, 6.4 and 6.8): each is an exchange, told when it does. */
export class Streams {
  private readonly host: Host
  private readonly limits: HttpLimits
  private readonly tight: HttpLimits
  /** By number, in the order they began. */
  private readonly open = new Map<number, Http2Stream>()
  private readonly closed = new Set<number>()
  /** Streams whose answer is whole, and whose request nobody saw. */
  private readonly alone = new Set<number>()
  /** The client's newest stream. */
  private highest = 0

  constructor(host: Host) {
    this.host = host
    this.limits = limitsOf(host.limits)
    this.tight = { ...this.limits, ...TIGHT }
  }

  get size(): number {
    return this.open.size
  }

  /** Those that are open, as they are now. */
  get all(): Http2Stream[] {
    return [...this.open.values()]
  }

  get(id: number): Http2Stream | undefined {
    return this.open.get(id)
  }

  /** It was closed lately. */
  isClosed(id: number): boolean {
    return this.closed.has(id)
  }

  begin(id: number, position: number): Http2Stream {
    const { open } = this
    const stream = new Http2Stream(id, position, this.host.codecs, open.size < MOST_WIDE ? this.limits : this.tight)
    open.set(id, stream)
    if (open.size > MOST_OPEN) {
      const [oldest] = open.values()
      note(oldest.exchange, 'too-many-open')
      this.end(oldest)
    }
    return stream
  }

  /** The client begins a newer stream: whole answers to requests before it, that nobody saw, wait no longer. */
  newest(id: number): void {
    if (id <= this.highest) return
    this.highest = id
    for (const alone of this.alone) if (alone < id) this.end(this.open.get(alone)!)
  }

  /** The request of this stream is there. */
  asked({ id }: Http2Stream): void {
    this.alone.delete(id)
  }

  /** This side sends no more on the stream. `unheard`: nothing was ever seen of the client. */
  endSide(stream: Http2Stream, side: Side, unheard: boolean): void {
    stream.end(side, true)
    const { request, response } = stream.exchange
    if (request === undefined && response?.complete) this.alone.add(stream.id)
    if (stream.done || (response?.complete && request === undefined && unheard)) this.end(stream)
  }

  /** Section 6.4. Servers there are (Node's, under load) that end a whole answer by a reset without error, in place of END_STREAM. */
  reset(side: Side, id: number, code: number): void {
    const stream = this.open.get(id)
    if (stream === undefined) return
    note(stream.exchange, `reset-by-${side === CLIENT ? 'client' : 'server'}-${errorName(code)}`)
    if (code !== 0) stream.exchange.outcome = 'failure'
    else if (side === SERVER) stream.endWithoutError()
    this.end(stream)
  }

  /** Section 6.8: requests after `last` were not looked at. */
  goAway(side: Side, last: number, code: number): void {
    for (const stream of this.all) {
      const refused = stream.id > last && stream.id % 2 === (side === SERVER ? 1 : 0)
      if (code !== 0) note(stream.exchange, `goaway-${errorName(code)}`)
      if (!refused) continue
      note(stream.exchange, 'refused-by-goaway')
      stream.exchange.outcome = 'failure'
      this.end(stream)
    }
  }

  /** Bytes of a message of the stream were lost, or may have been. */
  lack(stream: Http2Stream, side: Side, { offset, bytes, reason }: Loss): void {
    const { missing } = stream.exchange
    if (missing.length < MOST_MISSING) missing.push({ direction: DIRECTION[side], offset, bytes, reason })
    stream.lose(side)
  }

  /** Frames of this side were lost, nobody knows of which streams. */
  lackAll(side: Side, loss: Loss): void {
    for (const stream of this.open.values()) if (!stream.message(side)?.complete) this.lack(stream, side, loss)
  }

  /** Frames of this side could not be read, nobody knows of which streams. */
  notRead(side: Side): void {
    for (const stream of this.open.values()) {
      if (stream.message(side)?.complete) continue
      note(stream.exchange, 'frames-not-read')
      stream.lose(side)
    }
  }

  /** This side of the connection has ended. */
  endAll(side: Side): void {
    for (const stream of this.all) {
      const message = stream.message(side)
      if (message?.complete) continue
      if (message !== undefined) note(stream.exchange, 'closed-before-end')
      else if (side === SERVER) note(stream.exchange, 'closed-before-response')
      stream.end(side, false)
      if (side === SERVER || stream.exchange.response?.complete) this.end(stream)
    }
  }

  /** Nobody sees on. `ended`: the sides that have; `offsets`: where each is. */
  close(ended: readonly [boolean, boolean], offsets: readonly [number, number]): void {
    for (const stream of this.all) {
      for (const side of SIDES) {
        if (stream.message(side)?.complete || ended[side] || stream.exchange.missing.length > 0) continue
        if (side === CLIENT && stream.message(CLIENT) === undefined) continue
        this.lack(stream, side, { offset: offsets[side], bytes: 0, reason: 'after capture' })
      }
      this.end(stream)
    }
  }

  /** The stream is closed: its exchange comes out, as far as it came. */
  end(stream: Http2Stream): void {
    const { exchange } = stream
    for (const side of SIDES) stream.end(side, false)
    this.open.delete(stream.id)
    this.alone.delete(stream.id)
    this.closed.add(stream.id)
    if (this.closed.size > MOST_CLOSED) {
      const [first] = this.closed
      this.closed.delete(first)
    }
    if (exchange.request === undefined && exchange.response === undefined) return
    if (exchange.request === undefined && exchange.missing.length === 0) note(exchange, 'request-not-seen')
    const whole = stream.done && exchange.missing.length === 0 && !exchange.findings.some((finding) => NOT_WHOLE.has(finding))
    exchange.status = whole ? 'complete' : 'incomplete'
    if (exchange.messages === undefined) describeGrpcWeb(exchange)
    else describeGrpc(exchange, stream.trailersInBody)
    this.host.exchange(exchange)
  }

  save(): SavedStreams {
    const { closed, alone, highest } = this
    return { streams: this.all.map((stream) => stream.save()), closed: [...closed], alone: [...alone], highest }
  }

  load({ streams, closed, alone, highest }: SavedStreams): void {
    this.highest = highest
    for (const id of closed) this.closed.add(id)
    for (const id of alone) this.alone.add(id)
    const { open, tight, limits, host } = this
    for (const stream of streams) open.set(stream.id, Http2Stream.load(stream, host.codecs, open.size < MOST_WIDE ? limits : tight))
  }
}
