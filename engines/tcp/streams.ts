import { isDamaged } from '../packet/checksum.ts'
import { ACK, FIN, type Frame, RST, SYN, URG } from '../packet/frame.ts'
import { TcpOptions } from '../packet/tcp-options.ts'
import type { Micros } from '../time.ts'
import { countAgain, isKeepAlive } from './again.ts'
import type { MissingReason, Side, StreamSink } from './facts.ts'
import type { Flow } from './flow.ts'
import { distance, type Half, lengthOf } from './half.ts'
import type { TcpLimits } from './limits.ts'
import { isLost, watch } from './loss.ts'
import { isOldDuplicate, noteStamp, WRAPPING } from './old.ts'
import { deliverable, isBeginning, isTroubled } from './order.ts'
import { costOf, dequeue, enqueue } from './queue.ts'
import { hear, pass } from './reports.ts'
import { small } from './small.ts'
import { answered, timeSegment } from './timing.ts'
import { fill, limit, reopen, shut } from './window.ts'

/** What is further from its place than an unscaled window (RFC 9293, 3.1) may be so because its numbers were damaged. */
const ASTRAY = 0xffff

/**
 * Puts the two streams of connections in order and hands them on, cause before effect: data that acknowledge what the
 * other side sent and nobody has seen yet wait for that, so that a request always comes before its response.
 *
 *     client   [ 1 ][ 2 ]      [ 4 ]          4 waits for 3
 *     server              [ack 1..4, A ]      A waits for 3 and 4
 */
export class Streams {
  /** The reason given for bytes that turn out to be missing from now on. */
  lossReason: MissingReason = 'not captured'
  /** Connections on which something is missed or held back. */
  readonly troubled = new Set<Flow>()
  queuedBytes = 0
  #now = 0
  #sink: StreamSink
  #limits: TcpLimits
  /** Of the segment at hand, where something of its connection is noted. */
  #options = new TcpOptions()

  constructor(sink: StreamSink, limits: TcpLimits) {
    this.#sink = sink
    this.#limits = limits
  }

  /** One more segment of a connection, of which `side` sent it. */
  segment(flow: Flow, side: Side, frame: Frame): void {
    const half = flow.half(side)
    const other = flow.half(side === 0 ? 1 : 0)
    const { flags, acknowledgement, at } = frame
    const noted = half.rare !== undefined || other.rare !== undefined
    if (noted) this.#options.read(frame)
    let ahead = false
    if (flags & ACK && (flags & RST) === 0) {
      if (other.timedAt >= 0) answered(half, other, acknowledgement, at - flow.start, this.#options)
      if (noted) {
        hear(other, acknowledgement, this.#options)
        pass(half, this.#options)
      }
      if (half.scaled) limit(half, other, frame)
      if (frame.window === 0 && (flags & SYN) === 0) shut(half, at)
      else if (half.rare !== undefined) reopen(half, at)
      if (distance(acknowledgement, other.acked) > 0) other.acked = acknowledgement
      ahead = distance(acknowledgement, other.next) > 0 && !other.ended
    }
    const sequence = flags & SYN ? (frame.sequence + 1) | 0 : frame.sequence
    if (((sequence + frame.payloadLength) | 0) === half.limit && other.scaled && frame.payloadLength > 0 && (flags & (SYN | FIN)) === 0)
      fill(other, at)
    if (frame.payloadLength > 0 || flags & FIN) {
      if (!ahead && !flow.troubled && flow.opened && sequence === half.next && !half.ended && (half.begun || half.told))
        this.#inOrder(flow, side, half, frame)
      else this.#outOfOrder(flow, half, frame, sequence)
    } else if (sequence === ((half.next - 1) | 0) && (flags & (SYN | RST)) === 0) half.note().keepAlives++
    if (flags & URG) half.note().urgent++
    if (ahead || flow.troubled) this.settle(flow, at)
  }

  #inOrder(flow: Flow, side: Side, half: Half, frame: Frame): void {
    half.ident = frame.ident
    if (half.bytes > WRAPPING) noteStamp(half, frame, this.#options)
    if (frame.payloadLength > 0) {
      const { payload, payloadEnd } = frame
      this.#data(flow, side, half, frame.bytes, payload, payloadEnd, frame.payloadLength - (payloadEnd - payload), frame.at)
      if (half.timedAt < 0) timeSegment(half, small(frame.at - flow.start), this.#options)
    }
    if (frame.flags & FIN) this.#fin(flow, side, half, frame.at)
  }

  #outOfOrder(flow: Flow, half: Half, frame: Frame, sequence: number): void {
    const length = frame.payloadLength
    if (isBeginning(half) && half.packets > 1 && length > 0 && distance(sequence, half.next) < 0) half.startAt(sequence)
    const old = -distance(sequence, half.next)
    if (old <= 0 && isOldDuplicate(half, frame, this.#options)) {
      half.note().oldDuplicates++
      return
    }
    if (Math.abs(old) > ASTRAY && (frame.flags & FIN) === 0 && isDamaged(frame)) half.note().checksumErrors++
    if (half.ended || distance(sequence, half.next) + length + (frame.flags & FIN) <= 0) {
      if (isKeepAlive(old, length)) half.note().keepAlives++
      else if (length > 0) countAgain(flow, half, frame, Math.min(length, Math.max(0, old)), this.#options)
      return
    }
    if (old > 0 && length > 0) countAgain(flow, half, frame, Math.min(old, length), this.#options)
    if (half.queue !== undefined && distance(sequence, half.queue[half.queue.length - 1].sequence) < 0) half.note().outOfOrder++
    else half.ident = frame.ident
    const took = enqueue(half, {
      sequence,
      bytes: frame.bytes.subarray(frame.payload, frame.payloadEnd),
      cut: length - (frame.payloadEnd - frame.payload),
      fin: (frame.flags & FIN) !== 0,
      acknowledged: (frame.flags & ACK) !== 0,
      acknowledgement: frame.acknowledgement,
      at: frame.at,
    })
    this.queuedBytes += took
    this.#trouble(flow)
  }

  /** Delivers what can be, gives up what will not come, and notes whether something is still missed. */
  settle(flow: Flow, now: Micros): void {
    this.#now = now
    this.#drain(flow)
    while (flow.opened && (this.#giveUp(flow, 0, now) || this.#giveUp(flow, 1, now))) this.#drain(flow)
    const { fromClient: client, fromServer: server } = flow
    if (isTroubled(flow)) {
      watch(client, now, this.lossReason)
      watch(server, now, this.lossReason)
      this.#trouble(flow)
    } else if (flow.troubled) {
      flow.troubled = false
      this.troubled.delete(flow)
      client.rare?.calm()
      server.rare?.calm()
    }
  }

  /** Delivers all that is kept, with gaps for what is not there. */
  exhaust(flow: Flow, now: Micros, atEnd: boolean): void {
    this.#drain(flow)
    for (;;) {
      const side = flow.fromClient.hole > 0 ? 0 : 1
      const half = flow.half(side)
      if (half.hole > 0) this.#skip(flow, side, half, now, atEnd && half.overdue === 0 ? 'after capture' : undefined)
      else if (flow.fromClient.queue || flow.fromServer.queue) this.#deliver(flow, flow.fromClient.queue ? 0 : 1)
      else break
      this.#drain(flow)
    }
    flow.troubled = false
    this.troubled.delete(flow)
  }

  /** This side sends no more. */
  end(flow: Flow, side: Side, at: Micros): void {
    const half = flow.half(side)
    if (half.ended) return
    half.ended = true
    this.#sink.end(flow, side, at)
  }

  /** Takes over a connection that was saved. */
  adopt(flow: Flow): void {
    this.queuedBytes += flow.fromClient.queuedBytes + flow.fromServer.queuedBytes
    if (flow.state === 'open' && isTroubled(flow)) this.#trouble(flow)
  }

  #trouble(flow: Flow): void {
    if (flow.troubled) return
    flow.troubled = true
    this.troubled.add(flow)
  }

  #drain(flow: Flow): void {
    for (;;) {
      const client = deliverable(flow, 0, this.#now)
      const server = deliverable(flow, 1, this.#now)
      if (!client && !server) return
      this.#deliver(flow, client && (!server || client.at <= server.at) ? 0 : 1)
    }
  }

  #deliver(flow: Flow, side: Side): void {
    const half = flow.half(side)
    const segment = dequeue(half)
    this.queuedBytes -= costOf(segment)
    if (half.ended) return
    const known = Math.max(0, distance(half.next, segment.sequence))
    const start = Math.min(known, segment.bytes.length)
    const cut = lengthOf(segment) - Math.max(known, segment.bytes.length)
    if (lengthOf(segment) > known) this.#data(flow, side, half, segment.bytes, start, segment.bytes.length, cut, segment.at)
    if (segment.fin) this.#fin(flow, side, half, segment.at)
  }

  #data(flow: Flow, side: Side, half: Half, bytes: Uint8Array, start: number, end: number, cut: number, at: Micros): void {
    half.next = (half.next + end - start + cut) | 0
    if (half.rare !== undefined) half.rare.calm()
    if (!half.begun) this.#begin(flow, side, half, at)
    half.bytes += end - start + cut
    if (end > start) this.#sink.data(flow, side, bytes, start, end, at)
    if (cut > 0) this.#gap(flow, side, half, cut, at, 'cut by snap length')
  }

  #begin(flow: Flow, side: Side, half: Half, at: Micros): void {
    half.begun = true
    if (!half.told) this.#sink.gap(flow, side, 0, at, 'before capture')
  }

  #gap(flow: Flow, side: Side, half: Half, missing: number, at: Micros, reason: MissingReason): void {
    if (!half.begun) this.#begin(flow, side, half, at)
    const rare = half.note()
    rare.missingBytes += missing
    rare.gaps++
    this.#sink.gap(flow, side, missing, at, reason)
  }

  #fin(flow: Flow, side: Side, half: Half, at: Micros): void {
    half.next = (half.next + 1) | 0
    half.fin = true
    noteCloser(flow, side)
    this.end(flow, side, at)
  }

  #giveUp(flow: Flow, side: Side, now: Micros): boolean {
    const half = flow.half(side)
    if (half.hole === 0 || !isLost(flow, side, now, this.#limits, this.queuedBytes)) return false
    this.#skip(flow, side, half, now, undefined)
    return true
  }

  /** Goes on behind the bytes that are missed. */
  #skip(flow: Flow, side: Side, half: Half, now: Micros, why: MissingReason | undefined): void {
    const missing = half.hole
    const rare = half.note()
    rare.calm()
    // One number that was acknowledged and carries no byte of data: the FIN was not captured.
    if (missing === 1 && !half.queue) this.#fin(flow, side, half, now)
    else {
      const reason = isBeginning(half) ? 'before capture' : rare.stalledReason === 'not captured' ? this.lossReason : rare.stalledReason
      half.next = (half.next + missing) | 0
      half.bytes += missing
      this.#gap(flow, side, half, missing, now, why ?? reason)
    }
  }
}

/** A FIN that does not acknowledge the other one crossed it. */
const noteCloser = (flow: Flow, side: Side): void => {
  const first = flow.half(side === 0 ? 1 : 0)
  if (!first.fin) flow.closer = side === 0 ? 'client' : 'server'
  else if (first.acked !== first.next) flow.closer = 'both'
}
