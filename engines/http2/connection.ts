import { u16be, u32be } from '../bytes/numbers.ts'
import type { SavedTable } from '../hpack/table.ts'
import type { Body } from '../http/body.ts'
import { newExchange, note } from '../http/pairing.ts'
import type { Found } from '../protocols/call.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Secrets } from '../tls/secrets.ts'
import { type Block, Blocks } from './blocks.ts'
import { ACK, CONTINUATION, END_STREAM, type Frame, GOAWAY, HEAD, HEADERS, PUSH_PROMISE, RST_STREAM, SETTINGS } from './frames.ts'
import { Half, type Listener, type SavedHalf } from './half.ts'
import { MOST_ERRORS } from './limits.ts'
import { Semantics } from './semantics.ts'
import { type Loss, type SavedStreams, Streams } from './streams.ts'
import type { SavedTunnel } from './tunnel.ts'
import { Tunnels } from './tunnels.ts'

export interface Saved extends SavedStreams {
  version: 1
  halves: SavedHalf[]
  tables: SavedTable[]
  blocks: (Block | undefined)[]
  carried: Uint8Array[]
  losses: (Loss | undefined)[]
  tunnels: SavedTunnel[]
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
 * HTTP/2 on one connection (RFC 9113): the frames of both sides in, to streams. It watches, so it goes on after a loss at the next frame, and
 * never throws.
 */
export class Http2Connection implements Reader, Listener {
  private readonly host: Host
  private readonly halves: readonly [Half, Half]
  private readonly blocks: readonly [Blocks, Blocks] = [new Blocks(), new Blocks()]
  private readonly ended: [boolean, boolean] = [false, false]
  private readonly streams: Streams
  private readonly tunnels: Tunnels
  private readonly semantics: Semantics
  private midway = false
  /** What an upgrade from HTTP/1 agreed on, until the first byte. */
  private agreed: Beginning['agreed'] = undefined
  /** The loss that is being told. */
  private losing: Loss | undefined = undefined
  private errors = 0
  /** Bodies that hold on to the caller's bytes until the call ends. */
  private lent: Body[] = []

  constructor(host: Host) {
    this.host = host
    this.streams = new Streams(host)
    this.tunnels = new Tunnels(host)
    this.semantics = new Semantics(this.streams, this.tunnels)
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
    if (this.agreed !== undefined) {
      this.semantics.upgraded(this.agreed, at)
      this.agreed = undefined
    }
    this.semantics.seen[side] = true
    this.halves[side].receive(bytes, start, end, at)
    if (this.lent.length === 0) return
    for (const body of this.lent) body.settle()
    this.lent = []
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing <= 0) return
    const half = this.halves[side]
    const loss = { offset: half.offset, bytes: missing, reason }
    this.losing = loss
    const known = half.gap(missing, at)
    this.losing = undefined
    if (known) return
    this.semantics.losses[side] = loss
    this.blocks[side].lose()
    this.tunnels.lose(side, missing, at, reason)
    this.streams.lackAll(side, loss)
  }

  lost(side: Side, offset: number, missing: number, _at: Micros, reason: MissingReason): void {
    this.semantics.losses[side] = { offset, bytes: missing, reason }
  }

  end(side: Side, at: Micros): void {
    if (this.ended[side]) return
    this.ended[side] = true
    this.tunnels.endAll(side, at)
    this.streams.endAll(side)
  }

  close(at: Micros): void {
    this.tunnels.closeAll(at)
    this.streams.close(this.ended, [this.halves[CLIENT].offset, this.halves[SERVER].offset])
  }

  pending(): Found[] {
    const streams = this.streams.all
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
    if (!this.semantics.seen[SERVER]) {
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
    if (stream !== undefined) this.streams.lack(stream, side, this.losing!)
  }

  dataEnds(side: Side, frame: Frame, at: Micros): void {
    const stream = this.streams.get(frame.stream)
    const message = stream?.message(side)
    if (message !== undefined) message.last = at
    if ((frame.flags & END_STREAM) === 0) return
    if (stream !== undefined) this.semantics.end(stream, side)
    else this.tunnels.end(frame.stream, side, at)
  }

  frame(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, first: Micros, at: Micros): void {
    if (frame.type === CONTINUATION) {
      this.continueBlock(side, frame, bytes, from, to, at)
      return
    }
    this.expectNoBlock(side)
    if (frame.type === HEADERS || frame.type === PUSH_PROMISE) this.beginBlock(side, frame, bytes, from, to, first, at)
    else if (frame.type === RST_STREAM) {
      this.tunnels.close(frame.stream, at)
      this.streams.reset(side, frame.stream, u32be(bytes, from))
    } else if (frame.type === SETTINGS && (frame.flags & ACK) === 0) this.settings(side, bytes, from, to)
    else if (frame.type === GOAWAY) this.streams.goAway(side, u32be(bytes, from) & 0x7fffffff, u32be(bytes, from + 4))
  }

  notRead(side: Side, frame: Frame): void {
    if (frame.type !== HEADERS && frame.type !== CONTINUATION && frame.type !== PUSH_PROMISE) return
    this.blocks[side].lose()
    if (frame.type === PUSH_PROMISE || this.streams.isClosed(frame.stream)) return
    const stream = this.streams.get(frame.stream) ?? this.streams.begin(frame.stream, side === CLIENT ? frame.offset : -frame.offset - 1)
    if (this.losing === undefined) note(stream.exchange, 'frame-too-large')
    else this.streams.lack(stream, side, this.losing)
  }

  malformed(side: Side, code: string, offset: number, at: Micros): void {
    if (this.midway && code === 'bad-preface') return
    this.blocks[side].lose()
    this.streams.notRead(side)
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
    else if (block.list !== undefined) this.semantics.list(side, block, block.list, at)
  }

  private continueBlock(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, at: Micros): void {
    const blocks = this.blocks[side]
    if (blocks.goesOn(frame)) {
      const block = blocks.goOn(frame, bytes, from, to)
      if (block.list !== undefined) this.semantics.list(side, block, block.list, at)
    } else {
      this.expectNoBlock(side)
      blocks.lose()
    }
  }

  private settings(side: Side, bytes: Uint8Array, from: number, to: number): void {
    const other = this.halves[side === CLIENT ? SERVER : CLIENT]
    for (let at = from; at + 6 <= to; at += 6) {
      if (u16be(bytes, at) === MAX_FRAME_SIZE) other.largest = Math.min(LARGEST_FRAME, Math.max(other.largest, u32be(bytes, at + 2)))
    }
  }

  get idle(): boolean {
    return this.streams.size === 0 && this.tunnels.idle
  }

  save(): Saved {
    const { halves, ended, errors, midway, agreed } = this
    const { losses, seen } = this.semantics
    const blocks = this.blocks.map((each) => each.save())
    return {
      ...{ version: 1, errors, midway, agreed },
      ...this.streams.save(),
      halves: halves.map((half) => half.save()),
      tables: blocks.map(({ table }) => table),
      blocks: blocks.map(({ block }) => block),
      carried: blocks.map(({ carried }) => carried),
      losses: [...losses],
      tunnels: this.tunnels.save(),
      ended: [...ended],
      seen: [...seen],
    }
  }

  static load(saved: Saved, host: Host): Http2Connection {
    const connection = new Http2Connection(host)
    const { errors, midway, agreed } = saved
    Object.assign(connection, { errors, midway, agreed })
    for (const side of SIDES) {
      connection.halves[side].load(saved.halves[side])
      connection.blocks[side].load({ table: saved.tables[side], block: saved.blocks[side], carried: saved.carried[side] })
      connection.semantics.losses[side] = saved.losses[side]
      connection.semantics.seen[side] = saved.seen[side]
      connection.ended[side] = saved.ended[side]
    }
    connection.streams.load(saved)
    connection.tunnels.load(saved.tunnels)
    return connection
  }
}
