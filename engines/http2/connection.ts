import { u16be, u32be } from '../bytes/numbers.ts'
import { describeGrpc } from '../grpc/grpc.ts'
import { describeGrpcWeb } from '../grpc/web.ts'
import type { HeaderList } from '../hpack/decoder.ts'
import type { SavedTable } from '../hpack/table.ts'
import type { Body } from '../http/body.ts'
import { type HttpLimits, limitsOf } from '../http/limits.ts'
import { newExchange, note } from '../http/pairing.ts'
import type { Found } from '../protocols/call.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Secrets } from '../tls/secrets.ts'
import { type Block, Blocks } from './blocks.ts'
import {
  ACK,
  CONTINUATION,
  END_STREAM,
  errorName,
  type Frame,
  GOAWAY,
  HEAD,
  HEADERS,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
} from './frames.ts'
import { Half, type Listener, type SavedHalf } from './half.ts'
import { MOST_CLOSED, MOST_ERRORS, MOST_OPEN, MOST_WIDE, TIGHT } from './limits.ts'
import { type Head, newRequest, readHead } from './message.ts'
import { Http2Stream, type SavedStream } from './stream.ts'
import type { SavedTunnel } from './tunnel.ts'
import { Tunnels } from './tunnels.ts'

/** A loss that may have taken header blocks of this side with it. */
interface Loss {
  offset: number
  bytes: number
  reason: MissingReason
}

export interface Saved {
  version: 1
  halves: SavedHalf[]
  tables: SavedTable[]
  blocks: (Block | undefined)[]
  carried: Uint8Array[]
  losses: (Loss | undefined)[]
  streams: SavedStream[]
  tunnels: SavedTunnel[]
  closed: number[]
  alone: number[]
  highest: number
  errors: number
  ended: boolean[]
  seen: boolean[]
  midway: boolean
  agreed: Beginning['agreed']
}

const DIRECTION = ['request', 'response'] as const
const SIDES = [CLIENT, SERVER] as const
const MAX_FRAME_SIZE = 5
const LARGEST_FRAME = 2 ** 24 - 1

/**
 * HTTP/2 on one connection (RFC 9113): each stream is an exchange. It watches, so it goes on after a loss at the next frame, and never
 * throws.
 */
export class Http2Connection implements Reader, Listener {
  private readonly host: Host
  private readonly limits: HttpLimits
  private readonly tight: HttpLimits
  private readonly halves: readonly [Half, Half]
  private readonly blocks: readonly [Blocks, Blocks] = [new Blocks(), new Blocks()]
  private readonly losses: [Loss | undefined, Loss | undefined] = [undefined, undefined]
  private readonly ended: [boolean, boolean] = [false, false]
  /** By number, in the order they began. */
  private readonly streams = new Map<number, Http2Stream>()
  private readonly closed = new Set<number>()
  /** Streams whose answer is whole, and whose request nobody saw. */
  private readonly alone = new Set<number>()
  private readonly tunnels: Tunnels
  private readonly seen: [boolean, boolean] = [false, false]
  private midway = false
  /** What an upgrade from HTTP/1 agreed on, until the first byte. */
  private agreed: Beginning['agreed'] = undefined
  /** The loss that is being told. */
  private losing: Loss | undefined = undefined
  /** The client's newest stream. */
  private highest = 0
  private errors = 0
  /** Bodies that hold on to the caller's bytes until the call ends. */
  private lent: Body[] = []

  constructor(host: Host) {
    this.host = host
    this.limits = limitsOf(host.limits)
    this.tight = { ...this.limits, ...TIGHT }
    this.tunnels = new Tunnels(host)
    this.halves = [new Half(CLIENT, this), new Half(SERVER, this)]
  }

  begin({ offsets, midway, agreed }: Beginning): void {
    this.midway = midway
    this.agreed = agreed?.[':method'] === undefined ? undefined : { ...agreed, position: String(-offsets[SERVER] - 1) }
    for (const side of SIDES) {
      this.halves[side].offset = offsets[side]
      if (!midway) continue
      this.halves[side].phase = 'lost'
      this.halves[side].largest = LARGEST_FRAME
      this.blocks[side].lose()
    }
    this.halves[CLIENT].phase = 'preface'
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (this.agreed !== undefined) this.upgraded(this.agreed, at)
    this.seen[side] = true
    this.halves[side].receive(bytes, start, end, at)
    if (this.lent.length === 0) return
    for (const body of this.lent) body.settle()
    this.lent = []
  }

  /** RFC 7540 section 3.2: the request that asked for the upgrade is that of stream 1. Its own place is taken by the exchange that ended with 101. */
  private upgraded({ ':method': method, ':path': path, host, position }: Readonly<Record<string, string>>, at: Micros): void {
    this.agreed = undefined
    const head = readHead([':method', method, ':path', path ?? '?', ...(host === undefined ? [] : [':authority', host])])
    const { exchange } = this.open(1, Number(position))
    exchange.request = { ...newRequest(head, at, at, 0), complete: true }
    note(exchange, 'request-in-http-1')
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing <= 0) return
    const half = this.halves[side]
    const loss = { offset: half.offset, bytes: missing, reason }
    this.losing = loss
    const known = half.gap(missing, at)
    this.losing = undefined
    if (known) return
    this.losses[side] = loss
    this.blocks[side].lose()
    this.tunnels.lose(side, missing, at, reason)
    for (const stream of this.streams.values()) if (!stream.message(side)?.complete) this.lack(stream, side, loss)
  }

  lost(side: Side, offset: number, missing: number, _at: Micros, reason: MissingReason): void {
    this.losses[side] = { offset, bytes: missing, reason }
  }

  private lack(stream: Http2Stream, side: Side, { offset, bytes, reason }: Loss): void {
    const { missing } = stream.exchange
    if (missing.length < MOST_MISSING) missing.push({ direction: DIRECTION[side], offset, bytes, reason })
    stream.lose(side)
  }

  end(side: Side, at: Micros): void {
    if (this.ended[side]) return
    this.ended[side] = true
    this.tunnels.endAll(side, at)
    for (const stream of [...this.streams.values()]) {
      const message = stream.message(side)
      if (message?.complete) continue
      if (message !== undefined) note(stream.exchange, 'closed-before-end')
      else if (side === SERVER) note(stream.exchange, 'closed-before-response')
      stream.end(side, false)
      if (side === SERVER || stream.exchange.response?.complete) this.emit(stream)
    }
  }

  close(at: Micros): void {
    this.tunnels.closeAll(at)
    for (const stream of [...this.streams.values()]) {
      for (const side of SIDES) {
        if (stream.message(side)?.complete || this.ended[side] || stream.exchange.missing.length > 0) continue
        if (side === CLIENT && stream.message(CLIENT) === undefined) continue
        this.lack(stream, side, { offset: this.halves[side].offset, bytes: 0, reason: 'after capture' })
      }
      this.emit(stream)
    }
  }

  pending(): Found[] {
    const streams = [...this.streams.values()]
      .filter(({ exchange: { request, response } }) => request !== undefined || response !== undefined)
      .map((stream) => stream.soFar())
    return [...streams, ...this.tunnels.pending()]
  }

  awaited(): readonly string[] {
    return this.tunnels.awaited()
  }

  unlock(clientRandom: string, secrets: Secrets, at: Micros): void {
    this.tunnels.unlock(clientRandom, secrets, at)
  }

  giveUp(at: Micros): void {
    this.tunnels.giveUp(at)
  }

  /** The client's preface: the connection is seen from its beginning. */
  preface(side: Side): void {
    if (!this.midway) return
    this.blocks[side].begin()
    if (!this.seen[SERVER]) {
      this.blocks[SERVER].begin()
      this.halves[SERVER].phase = 'head'
    }
  }

  dataBegins(side: Side, frame: Frame, at: Micros): void {
    this.expectNoBlock(side)
    const message = this.streams.get(frame.stream)?.message(side)
    if (message === undefined) return
    message.wireBytes += HEAD + frame.length
    message.last = at
  }

  data(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, at: Micros): void {
    this.tunnels.get(frame.stream)?.data(side, bytes, from, to, at)
    const stream = this.streams.get(frame.stream)
    const message = stream?.message(side)
    if (message === undefined || message.complete) return
    message.last = at
    this.lent.push(stream!.data(side, bytes, from, to, at))
  }

  dataLost(side: Side, frame: Frame, missing: number, at: Micros): void {
    this.tunnels.get(frame.stream)?.gap(side, missing, at, this.losing!.reason)
    const stream = this.streams.get(frame.stream)
    if (stream !== undefined) this.lack(stream, side, this.losing!)
  }

  dataEnds(side: Side, frame: Frame, at: Micros): void {
    const stream = this.streams.get(frame.stream)
    const message = stream?.message(side)
    if (message !== undefined) message.last = at
    if ((frame.flags & END_STREAM) === 0) return
    if (stream !== undefined) this.endSide(stream, side)
    else this.tunnels.end(frame.stream, side, at)
  }

  frame(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, first: Micros, at: Micros): void {
    if (frame.type === CONTINUATION) {
      this.continueBlock(side, frame, bytes, from, to, at)
      return
    }
    this.expectNoBlock(side)
    if (frame.type === HEADERS || frame.type === PUSH_PROMISE) this.beginBlock(side, frame, bytes, from, to, first, at)
    else if (frame.type === RST_STREAM) this.reset(side, frame.stream, u32be(bytes, from), at)
    else if (frame.type === SETTINGS && (frame.flags & ACK) === 0) this.settings(side, bytes, from, to)
    else if (frame.type === GOAWAY) this.goAway(side, u32be(bytes, from) & 0x7fffffff, u32be(bytes, from + 4))
  }

  notRead(side: Side, frame: Frame): void {
    if (frame.type !== HEADERS && frame.type !== CONTINUATION && frame.type !== PUSH_PROMISE) return
    this.blocks[side].lose()
    if (frame.type === PUSH_PROMISE || this.closed.has(frame.stream)) return
    const stream = this.streams.get(frame.stream) ?? this.open(frame.stream, side === CLIENT ? frame.offset : -frame.offset - 1)
    if (this.losing === undefined) note(stream.exchange, 'frame-too-large')
    else this.lack(stream, side, this.losing)
  }

  malformed(side: Side, code: string, offset: number, at: Micros): void {
    if (this.midway && code === 'bad-preface') return
    this.blocks[side].lose()
    for (const stream of this.streams.values()) {
      if (stream.message(side)?.complete) continue
      note(stream.exchange, 'frames-not-read')
      stream.lose(side)
    }
    if (++this.errors > MOST_ERRORS) return
    // A frame that is read may stand where the preface should: two calls may not have one place.
    const place = code === 'bad-preface' ? offset + 1 : offset
    const exchange = newExchange(side === CLIENT ? place : -place - 1, undefined, undefined)
    exchange.error = { code, direction: DIRECTION[side], offset, at }
    exchange.status = 'malformed'
    this.host.exchange(exchange)
  }

  /** Section 6.10: nothing may come between the frames of a header block. */
  private expectNoBlock(side: Side): void {
    const block = this.blocks[side].breakOff()
    const stream = block && this.streams.get(block.stream)
    if (stream !== undefined) note(stream.exchange, 'header-block-not-ended')
  }

  private beginBlock(side: Side, frame: Frame, bytes: Uint8Array, start: number, end: number, first: Micros, at: Micros): void {
    const block = this.blocks[side].start(frame, bytes, start, end, first)
    if (block === undefined) this.notRead(side, frame)
    else if (block.list !== undefined) this.endBlock(side, block, block.list, at)
  }

  private continueBlock(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, at: Micros): void {
    const blocks = this.blocks[side]
    if (blocks.goesOn(frame)) {
      const block = blocks.goOn(frame, bytes, from, to)
      if (block.list !== undefined) this.endBlock(side, block, block.list, at)
    } else {
      this.expectNoBlock(side)
      blocks.lose()
    }
  }

  private endBlock(side: Side, block: Block, { headers, findings }: HeaderList, at: Micros): void {
    if (this.closed.has(block.stream) && block.promised === 0) {
      if (block.ends) this.tunnels.end(block.stream, side, at)
      return
    }
    const head = readHead(headers)
    head.findings.push(...findings)
    if (block.promised !== 0) {
      if (side === SERVER && !this.closed.has(block.promised)) this.push(block, head, at)
      return
    }
    if (side === CLIENT) this.letGo(block.stream)
    const begins = side === CLIENT ? head.method !== undefined : head.status > 0
    const stream = this.streams.get(block.stream)
    const message = stream?.message(side)
    if (message !== undefined) {
      if (message.complete) return
      message.trailers = message.trailers.concat(headers)
      message.wireBytes += block.wireBytes
      message.last = at
      for (const finding of head.findings) note(stream!.exchange, finding)
    } else if (begins || findings.length > 0) {
      this.beginMessage(side, stream ?? this.open(block.stream, side === CLIENT ? block.offset : -block.offset - 1), block, head, at)
    }
    const now = this.streams.get(block.stream)
    if (now !== undefined && block.ends) this.endSide(now, side)
  }

  private beginMessage(side: Side, stream: Http2Stream, block: Block, head: Head, at: Micros): void {
    const { exchange } = stream
    if (side === SERVER && head.status >= 100 && head.status < 200 && !block.ends) {
      if (exchange.interim.length < MOST_INTERIM) exchange.interim.push(head.status)
      return
    }
    if (side === CLIENT) exchange.position = block.offset
    else if (exchange.request === undefined && this.losses[CLIENT] !== undefined && exchange.missing.length === 0)
      exchange.missing.push({ direction: 'request', ...this.losses[CLIENT] })
    if (side === CLIENT) this.alone.delete(stream.id)
    stream.begin(side, head, block.first, at, block.wireBytes)
    if (exchange.upgrade !== undefined && !block.ends && !exchange.request!.complete) this.beginTunnel(stream, at)
  }

  /** Both messages end with their headers: what follows on the stream is none of HTTP. */
  private beginTunnel(stream: Http2Stream, at: Micros): void {
    for (const side of SIDES) stream.end(side, true)
    this.emit(stream)
    this.tunnels.begin(stream.id, stream.exchange, at)
  }

  /** Section 8.4. The promised request has its place in the server's stream. */
  private push(block: Block, head: Head, at: Micros): void {
    const stream = this.streams.get(block.promised) ?? this.open(block.promised, -block.offset - 1)
    if (stream.message(CLIENT) !== undefined) return
    stream.begin(CLIENT, head, block.first, at, block.wireBytes)
    note(stream.exchange, 'pushed')
    this.endSide(stream, CLIENT)
  }

  private endSide(stream: Http2Stream, side: Side): void {
    stream.end(side, true)
    const { request, response } = stream.exchange
    if (request === undefined && response?.complete) this.alone.add(stream.id)
    if (stream.done || (response?.complete && request === undefined && !this.seen[CLIENT])) this.emit(stream)
  }

  /** The client begins a newer stream: whole answers to requests before it, that nobody saw, wait no longer. */
  private letGo(id: number): void {
    if (id <= this.highest) return
    this.highest = id
    for (const alone of this.alone) if (alone < id) this.emit(this.streams.get(alone)!)
  }

  private settings(side: Side, bytes: Uint8Array, from: number, to: number): void {
    const other = this.halves[side === CLIENT ? SERVER : CLIENT]
    for (let at = from; at + 6 <= to; at += 6) {
      if (u16be(bytes, at) === MAX_FRAME_SIZE) other.largest = Math.min(LARGEST_FRAME, Math.max(other.largest, u32be(bytes, at + 2)))
    }
  }

  /** Section 6.4. Servers there are (Node's, under load) that end a whole answer by a reset without error, in place of END_STREAM. */
  private reset(side: Side, id: number, code: number, at: Micros): void {
    this.tunnels.close(id, at)
    const stream = this.streams.get(id)
    if (stream === undefined) return
    note(stream.exchange, `reset-by-${side === CLIENT ? 'client' : 'server'}-${errorName(code)}`)
    if (code !== 0) stream.exchange.outcome = 'failure'
    else if (side === SERVER) stream.endWithoutError()
    this.emit(stream)
  }

  /** Section 6.8: requests after `last` were not looked at. */
  private goAway(side: Side, last: number, code: number): void {
    for (const stream of [...this.streams.values()]) {
      const refused = stream.id > last && stream.id % 2 === (side === SERVER ? 1 : 0)
      if (code !== 0) note(stream.exchange, `goaway-${errorName(code)}`)
      if (!refused) continue
      note(stream.exchange, 'refused-by-goaway')
      stream.exchange.outcome = 'failure'
      this.emit(stream)
    }
  }

  private open(id: number, position: number): Http2Stream {
    const { streams } = this
    const stream = new Http2Stream(id, position, this.host.codecs, streams.size < MOST_WIDE ? this.limits : this.tight)
    streams.set(id, stream)
    if (streams.size > MOST_OPEN) {
      const [oldest] = streams.values()
      note(oldest.exchange, 'too-many-open')
      this.emit(oldest)
    }
    return stream
  }

  private emit(stream: Http2Stream): void {
    const { exchange } = stream
    for (const side of SIDES) stream.end(side, false)
    this.streams.delete(stream.id)
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

  save(): Saved {
    const { halves, losses, streams, closed, highest, errors, ended, seen, midway, agreed } = this
    const blocks = this.blocks.map((each) => each.save())
    return {
      ...{ version: 1, highest, errors, midway, agreed },
      halves: halves.map((half) => half.save()),
      tables: blocks.map(({ table }) => table),
      blocks: blocks.map(({ block }) => block),
      carried: blocks.map(({ carried }) => carried),
      losses: [...losses],
      streams: [...streams.values()].map((stream) => stream.save()),
      tunnels: this.tunnels.save(),
      closed: [...closed],
      alone: [...this.alone],
      ended: [...ended],
      seen: [...seen],
    }
  }

  static load(saved: Saved, host: Host): Http2Connection {
    const connection = new Http2Connection(host)
    const { highest, errors, midway, agreed } = saved
    Object.assign(connection, { highest, errors, midway, agreed })
    for (const side of SIDES) {
      connection.halves[side].load(saved.halves[side])
      connection.blocks[side].load({ table: saved.tables[side], block: saved.blocks[side], carried: saved.carried[side] })
      connection.losses[side] = saved.losses[side]
      connection.ended[side] = saved.ended[side]
      connection.seen[side] = saved.seen[side]
    }
    for (const id of saved.closed) connection.closed.add(id)
    for (const id of saved.alone) connection.alone.add(id)
    connection.tunnels.load(saved.tunnels)
    for (const stream of saved.streams) {
      const { tight, limits, host } = connection
      connection.streams.set(stream.id, Http2Stream.load(stream, host.codecs, connection.streams.size < MOST_WIDE ? limits : tight))
    }
    return connection
  }
}

/** With these, a message that came to its end was not read whole. */
const NOT_WHOLE: ReadonlySet<string> = new Set(['header-not-known', 'header-block-too-large', 'frame-too-large', 'too-many-headers'])
/** Losses told of one exchange, and interim answers. */
const MOST_MISSING = 64
const MOST_INTERIM = 64
