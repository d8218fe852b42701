import { isDamaged } from '../packet/checksum.ts'
import { ACK, FIN, type Frame, RST, SYN, TCP } from '../packet/frame.ts'
import { conversationHash } from '../packet/lane.ts'
import { TcpOptions } from '../packet/tcp-options.ts'
import type { Micros } from '../time.ts'
import { Ages } from './ages.ts'
import { Changes } from './changes.ts'
import type { Ends } from './ends.ts'
import type { Connection, MissingReason, Side, StreamSink } from './facts.ts'
import { Flow } from './flow.ts'
import { agreeOnScale, distance, type Half } from './half.ts'
import { FlowIndex } from './index.ts'
import { TCP_LIMITS, type TcpLimits } from './limits.ts'
import { orient, orientByPort } from './orientation.ts'
import { restore, type SavedConnection, save } from './saved.ts'
import { small } from './small.ts'
import { Streams } from './streams.ts'
import { reopen, widen } from './window.ts'

/** How often what waits is looked at, in µs of capture time. */
const CHECK = 20e3
/** Data in and after a SYN (RFC 7413) wait for the server's answer, which fixes the connection's id, up to so many bytes. */
const MOST_BEFORE_ANSWER = 65_536

/**
 * Rebuilds TCP connections from decoded packets, in capture order, and tells a sink. No packet makes it throw, and what
 * it keeps is bounded by its limits. It knows the time from packets only.
 */
export class TcpTable {
  #sink: StreamSink
  #limits: TcpLimits
  #streams: Streams
  #options = new TcpOptions()
  #index = new FlowIndex<Flow>()
  #open = new Ages<Flow>()
  #closed = new Ages<Flow>()
  #changes: Changes<Flow, SavedConnection>
  #clock = 0
  #nextCheck = 0

  constructor(sink: StreamSink, limits: Partial<TcpLimits> = {}) {
    this.#sink = sink
    this.#limits = { ...TCP_LIMITS, ...limits }
    this.#streams = new Streams(sink, this.#limits)
    this.#changes = new Changes(this.#limits.tracked, save)
  }

  /** Connections that are open. */
  get size(): number {
    return this.#open.size
  }

  /** Bytes kept of segments that came ahead of their turn. */
  get queuedBytes(): number {
    return this.#streams.queuedBytes
  }

  /** Why bytes that are found missing from now on were not captured. */
  get lossReason(): MissingReason {
    return this.#streams.lossReason
  }

  set lossReason(reason: MissingReason) {
    this.#streams.lossReason = reason
  }

  /** Takes a decoded packet; what is not TCP is left alone. The frame is not held. */
  packet(frame: Frame): void {
    if (!frame.isTcp) {
      if (frame.error) this.#report(frame)
      return
    }
    if (frame.at > this.#clock || this.#clock - frame.at > this.#limits.idle) this.tick(frame.at)
    const hash = conversationHash(frame)
    let flow = this.#index.find(frame, hash)
    if (flow && (frame.flags & SYN) !== 0 && isAnother(flow, frame)) {
      this.#replace(flow, frame.at)
      flow = undefined
    }
    if (flow && flow.state !== 'open') {
      flow.half(flow.sideOf(frame) as Side).packets++
      this.#closed.touch(flow, frame.at)
      return
    }
    flow ??= this.#begin(frame, hash)
    this.#take(flow, frame)
  }

  /** Time goes on to `now` without a packet: gives up and closes what is due. */
  tick(now: Micros): void {
    this.#clock = now
    if (now < this.#nextCheck && this.#nextCheck - now <= CHECK) return
    this.#nextCheck = now + CHECK
    for (const flow of this.#streams.troubled) this.#check(flow, now)
    const { idle, linger, lingering } = this.#limits
    let flow = this.#closed.oldest
    while (flow && (now - flow.touched > linger || this.#closed.size > lingering)) {
      this.#forget(flow, this.#closed)
      flow = this.#closed.oldest
    }
    flow = this.#open.oldest
    while (flow && now - flow.touched > idle) {
      this.#close(flow, 'idle', now)
      flow = this.#open.oldest
    }
  }

  /** The capture ended: everything kept is delivered, every connection closed. */
  flush(): void {
    let flow = this.#open.oldest
    while (flow) {
      this.#close(flow, 'ended', flow.end)
      flow = this.#open.oldest
    }
    while (this.#closed.oldest) this.#forget(this.#closed.oldest, this.#closed)
  }

  /**
   * What changed since the last call, for a table whose limits say `tracked`. Connections are named by a key that they
   * have from their first packet; `application` is the listener's to save, under the same key (`keyOf`).
   */
  saveChanged(): { changed: SavedConnection[]; removed: string[] } {
    return this.#changes.take()
  }

  /** The whole state, changed or not. */
  save(): SavedConnection[] {
    return this.#changes.all(this.#closed.oldest, this.#open.oldest)
  }

  /** Puts a saved connection back; its `application` is to be set by the caller. To be called in the order of `touched`, the earliest first. */
  load(saved: SavedConnection): Connection {
    const flow = restore(saved)
    this.#index.add(flow)
    const ages = flow.state === 'open' ? this.#open : this.#closed
    ages.add(flow, saved.touched)
    this.#streams.adopt(flow)
    this.#clock = Math.max(this.#clock, flow.end)
    return flow
  }

  /** An ICMP error that quotes a packet of a connection here. */
  #report({ quoted, error, at }: Frame): void {
    if (!quoted || !error || quoted.protocol !== TCP) return
    const flow = this.#index.find(quoted, conversationHash(quoted))
    if (!flow) return
    flow.report(error)
    this.#changes.note(flow)
    if (flow.opened) this.#sink.reported?.(flow, at)
  }

  #begin(frame: Frame, hash: number): Flow {
    while (this.#open.size >= this.#limits.connections && this.#open.oldest) this.#close(this.#open.oldest, 'idle', frame.at)
    const flow = new Flow(frame, hash)
    if (frame.flags & SYN) {
      flow.oriented = true
      flow.clientKnownBy = 'syn'
      if (frame.flags & ACK) flow.turn()
      else flow.handshakeTime = -1
    }
    this.#index.add(flow)
    this.#open.add(flow, frame.at)
    return flow
  }

  #take(flow: Flow, frame: Frame): void {
    const { at, flags } = frame
    flow.end = at
    if (at - flow.touched > this.#limits.idle / 16) this.#open.touch(flow, at)
    this.#changes.note(flow)
    if (!flow.oriented && (frame.payloadLength > 0 || flags & (FIN | RST))) orient(flow, frame, flow.sideOf(frame))
    const side = flow.sideOf(frame) as Side
    const half = flow.half(side)
    const other = flow.half(side === 0 ? 1 : 0)
    if (!half.known || !other.known || flow.handshakeTime === -1 || !flow.opened) this.#meet(flow, side, half, other, frame)
    half.packets++
    if (flags & (SYN | FIN | RST) && isDamaged(frame)) half.note().checksumErrors++
    if (!flow.opened && half.queuedBytes > MOST_BEFORE_ANSWER) this.#announce(flow)
    this.#streams.segment(flow, side, frame)
    if (flags & RST) half.reset = true
    if ((half.reset || half.ended) && flow.state === 'open') this.#closing(flow, at)
  }

  /** Learns where the streams begin, and opens the connection as soon as both are known. */
  #meet(flow: Flow, side: Side, half: Half, other: Half, frame: Frame): void {
    const syn = (frame.flags & SYN) !== 0
    // What is sent twice cannot be timed: nobody knows which one was answered (RFC 6298, 3).
    if (syn) half.timedAt = half.known ? -1 : small(frame.at - flow.start)
    if (!half.known) half.begin(syn ? frame.sequence : (frame.sequence - 1) | 0, syn)
    if (syn) {
      // What the first segment after a SYN acknowledges is the other SYN alone.
      half.timedEnd = half.next
      this.#options.read(frame)
      agreeOnScale(half, other, this.#options.scale)
    }
    const first = half.told && (syn || distance(frame.sequence, half.initial) === 1)
    if (frame.flags & ACK && !other.known) other.begin((frame.acknowledgement - 1) | 0, first)
    if (side === 1 && syn) flow.answered = true
    else if (side === 0 && !syn && flow.answered && flow.handshakeTime === -1 && half.packets > 0)
      flow.handshakeTime = small(frame.at - flow.start)
    if (!flow.opened && flow.oriented && half.known && other.known) this.#announce(flow)
  }

  #announce(flow: Flow): void {
    if (!flow.oriented) orientByPort(flow)
    flow.open()
    this.#sink.open(flow)
  }

  /** A reset, or a FIN of both sides. Packets that were overtaken may still come, so a reset waits a little. */
  #closing(flow: Flow, at: Micros): void {
    const { fromClient: client, fromServer: server } = flow
    const finished = client.ended && server.ended
    if (finished && bothAcknowledged(client, server)) this.#close(flow, 'closed', at)
    else if ((finished || client.reset || server.reset) && flow.closing === 0) {
      flow.closing = at
      this.#streams.settle(flow, at)
    }
  }

  #check(flow: Flow, now: Micros): void {
    const { opened, fromClient, fromServer } = flow
    const [client, server] = [fromClient.next, fromServer.next]
    if (!flow.opened && now - flow.start > this.#limits.oneSidedWait) this.#announce(flow)
    this.#streams.settle(flow, now)
    if (flow.opened !== opened || fromClient.next !== client || fromServer.next !== server) this.#changes.note(flow)
    if (flow.closing === 0 || now - flow.closing < this.#limits.acknowledgedWait) return
    this.#close(flow, fromClient.reset || fromServer.reset ? 'reset' : 'closed', now)
  }

  #close(flow: Flow, state: Connection['state'], now: Micros): void {
    this.#changes.note(flow)
    if (!flow.opened) this.#announce(flow)
    this.#streams.exhaust(flow, now, state === 'ended')
    const { fromClient: client, fromServer: server } = flow
    for (const half of [client, server]) {
      reopen(half, flow.end)
      widen(half, flow.end)
    }
    flow.state = client.ended && server.ended ? 'closed' : client.reset || server.reset ? 'reset' : state
    if (flow.state === 'reset') {
      this.#streams.end(flow, 0, now)
      this.#streams.end(flow, 1, now)
    }
    this.#open.remove(flow)
    this.#sink.close(flow, flow.end)
    flow.application = undefined
    if (flow.state === 'idle') this.#drop(flow)
    else this.#closed.add(flow, now)
  }

  /** The same addresses and ports are used for another connection. */
  #replace(flow: Flow, at: Micros): void {
    if (flow.state === 'open') this.#close(flow, 'ended', at)
    this.#forget(flow, this.#closed)
  }

  #forget(flow: Flow, ages: Ages<Flow>): void {
    ages.remove(flow)
    this.#drop(flow)
  }

  #drop(flow: Flow): void {
    this.#index.remove(flow)
    this.#changes.remove(flow)
  }
}

/** The key of a connection, or a conversation over UDP, in saved state. */
export const keyOf = (connection: Connection): string => (connection as unknown as Ends).key

/** A SYN that does not belong to the connection known by these addresses and ports. A second answer to one SYN does. */
const isAnother = (flow: Flow, frame: Frame): boolean => {
  const side = flow.sideOf(frame)
  const half = flow.half(side === 1 ? 1 : 0)
  const other = flow.half(side === 1 ? 0 : 1)
  if (frame.flags & ACK && other.known && other.initial === ((frame.acknowledgement - 1) | 0)) return false
  return half.known && half.initial !== frame.sequence
}

const bothAcknowledged = (client: Half, server: Half): boolean => client.acked === client.next && server.acked === server.next
