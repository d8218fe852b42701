import { type Frame, UDP } from '../packet/frame.ts'
import { conversationHash } from '../packet/lane.ts'
import { Ages } from '../tcp/ages.ts'
import { Changes } from '../tcp/changes.ts'
import type { Connection, Side, StreamSink } from '../tcp/facts.ts'
import { FlowIndex } from '../tcp/index.ts'
import { type Micros, micros } from '../time.ts'
import { Conversation } from './conversation.ts'
import { restore, type SavedConversation, save } from './saved.ts'

export interface UdpLimits {
  /** Conversations; the one idle for longest is let go for a further one. */
  conversations: number
  /** A conversation without a packet for so long is over, µs of capture time. */
  idle: number
  /** Note which conversations change, for `saveChanged`. */
  tracked: boolean
}

export const UDP_LIMITS: UdpLimits = { conversations: 200_000, idle: 60e6, tracked: false }

/**
 * Datagrams between the same two ends as conversations, told to the sink that TCP's streams are told to: each call of
 * `data` is one whole datagram. Nothing is held back, so a conversation costs its counters alone.
 */
export class UdpTable {
  #sink: StreamSink
  #limits: UdpLimits
  #index = new FlowIndex<Conversation>()
  #open = new Ages<Conversation>()
  #changes: Changes<Conversation, SavedConversation>
  #clock = 0

  constructor(sink: StreamSink, limits: Partial<UdpLimits> = {}) {
    this.#sink = sink
    this.#limits = { ...UDP_LIMITS, ...limits }
    this.#changes = new Changes(this.#limits.tracked, save)
  }

  /** Conversations that are open. */
  get size(): number {
    return this.#open.size
  }

  /** Takes a decoded packet; what is not UDP is left alone. The frame is not held. */
  packet(frame: Frame): void {
    if (!frame.isUdp) {
      if (frame.error) this.#report(frame)
      return
    }
    if (frame.at > this.#clock) this.tick(frame.at)
    const hash = conversationHash(frame)
    const conversation = this.#index.find(frame, hash) ?? this.#begin(frame, hash)
    this.#open.touch(conversation, this.#clock)
    this.#changes.note(conversation)
    if (frame.at > conversation.end) conversation.end = micros(frame.at)
    this.#datagram(conversation, conversation.sideOf(frame) as Side, frame)
  }

  /** Time goes on to `now` without a packet: conversations that are idle for too long are closed. */
  tick(now: Micros): void {
    if (now < this.#clock) return
    this.#clock = now
    for (let oldest = this.#open.oldest; oldest && now - oldest.touched > this.#limits.idle; oldest = this.#open.oldest)
      this.#close(oldest, 'idle')
  }

  /** The capture ended: every conversation is closed. */
  flush(): void {
    while (this.#open.oldest) this.#close(this.#open.oldest, 'ended')
  }

  /** What changed since the last call, for a table whose limits say `tracked`; keys as `keyOf` gives them. */
  saveChanged(): { changed: SavedConversation[]; removed: string[] } {
    return this.#changes.take()
  }

  /** The whole state, changed or not. */
  save(): SavedConversation[] {
    return this.#changes.all(this.#open.oldest)
  }

  /** Puts a saved conversation back; its `application` is to be set by the caller. To be called in the order of `touched`, the earliest first. */
  load(saved: SavedConversation): Connection {
    const conversation = restore(saved, this.#limits.idle)
    this.#index.add(conversation)
    this.#open.add(conversation, saved.touched)
    this.#clock = Math.max(this.#clock, saved.touched)
    return conversation
  }

  /** An ICMP error that quotes a packet of a connection here. */
  #report({ quoted, error, at }: Frame): void {
    if (!quoted || !error || quoted.protocol !== UDP) return
    const flow = this.#index.find(quoted, conversationHash(quoted))
    if (!flow) return
    flow.report(error)
    this.#changes.note(flow)
    this.#sink.reported?.(flow, at)
  }

  #begin(frame: Frame, hash: number): Conversation {
    while (this.#open.size >= this.#limits.conversations && this.#open.oldest) this.#close(this.#open.oldest, 'idle')
    const conversation = new Conversation(frame, hash, this.#limits.idle)
    this.#index.add(conversation)
    this.#open.add(conversation, this.#clock)
    this.#sink.open(conversation)
    return conversation
  }

  #datagram(conversation: Conversation, side: Side, { bytes, payload, payloadEnd, payloadLength, at }: Frame): void {
    const half = conversation.sides[side]
    const cut = payloadLength - (payloadEnd - payload)
    half.packets++
    half.bytes += payloadLength
    if (payloadEnd > payload) this.#sink.data(conversation, side, bytes, payload, payloadEnd, at)
    if (cut <= 0) return
    half.missingBytes += cut
    half.gaps++
    this.#sink.gap(conversation, side, cut, at, 'cut by snap length')
  }

  #close(conversation: Conversation, state: Connection['state']): void {
    conversation.state = state
    this.#open.remove(conversation)
    this.#index.remove(conversation)
    this.#changes.remove(conversation)
    this.#sink.close(conversation, conversation.end)
    conversation.application = undefined
  }
}
