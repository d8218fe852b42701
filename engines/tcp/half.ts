import type { Micros } from '../time.ts'
import type { MissingReason, SideFacts } from './facts.ts'
import { Rare } from './rare.ts'

/** A piece of a stream that cannot be delivered yet, in memory of its own; never changed. */
export interface Segment {
  /** Sequence number of its first byte. */
  readonly sequence: number
  readonly bytes: Uint8Array
  /** Bytes after those that the snap length cut. */
  readonly cut: number
  readonly fin: boolean
  /** What its packet acknowledged of the other side's stream. */
  readonly acknowledged: boolean
  readonly acknowledgement: number
  readonly at: Micros
}

export const lengthOf = (segment: Segment): number => segment.bytes.length + segment.cut

/** How far `a` is behind `b` in the circle of sequence numbers (RFC 9293, 3.4); negative: before it. */
export const distance = (a: number, b: number): number => (a - b) | 0

/** One direction of a connection. Sequence numbers are signed 32-bit integers. All fields are plain data. */
export class Half implements SideFacts {
  packets = 0
  bytes = 0
  retransmissions = 0
  retransmittedBytes = 0
  outOfOrder = 0
  missingBytes = 0
  gaps = 0
  fin = false
  reset = false

  /** The sequence number before the first byte, and whether a handshake told it. */
  initial = 0
  told = false
  /** `next` is the sequence number of the next byte to be delivered. */
  known = false
  next = 0
  /** The highest acknowledgement by the other side. */
  acked = 0
  /** Something was delivered, or said to be missing. */
  begun = false
  /** No more will be delivered. */
  ended = false
  /** IP identification of the newest data; tells a retransmission from the same packet captured twice. -1: none. */
  ident = -1
  /** What came ahead of its turn, in order, without overlap. */
  queue: Segment[] | undefined = undefined
  /** What the queue takes, bytes. */
  queuedBytes = 0
  /** Since when the next byte is missed, since when although acknowledged (0: not), and why it may be. */
  stalled = 0
  stalledAcked = 0
  stalledReason: MissingReason = 'not captured'
  /** A segment whose acknowledgement is waited for: the sequence number after it, and when it passed (0: none does). */
  timedEnd = 0
  timedAt = 0
  /** µs; -1: not known. */
  quickest = -1
  rare: Rare | undefined = undefined

  get minimumRoundTrip(): number | undefined {
    return this.quickest < 0 ? undefined : this.quickest
  }
  get windowStalls(): number | undefined {
    return this.rare?.windowStalls
  }
  get windowStallTime(): number | undefined {
    return this.rare?.windowStallTime
  }
  get keepAlives(): number | undefined {
    return this.rare?.keepAlives
  }
  get urgent(): number | undefined {
    return this.rare?.urgent
  }
  get differentBytes(): number | undefined {
    return this.rare?.differentBytes
  }
  get checksumErrors(): number | undefined {
    return this.rare?.checksumErrors
  }

  /** Where what is rare is counted. */
  note(): Rare {
    this.rare ??= new Rare()
    return this.rare
  }

  get initialSequence(): number | undefined {
    return this.told ? this.initial >>> 0 : undefined
  }

  /** Starts the stream after the sequence number `initial`. */
  begin(initial: number, told: boolean): void {
    this.initial = initial
    this.told = told
    this.next = (initial + 1) | 0
    this.acked = this.next
    this.known = true
  }

  /** The capture began inside this stream, and it turns out to begin earlier than its first packet told. */
  startAt(sequence: number): void {
    this.next = sequence
    if (distance(this.acked, sequence) < 0) this.acked = sequence
  }

  /** The other side has acknowledged bytes that were not delivered. */
  get overdue(): number {
    return this.known && !this.ended ? Math.max(0, distance(this.acked, this.next)) : 0
  }

  /** Bytes that are missing before anything else can come: up to what is queued, or, first, to what was acknowledged. */
  get hole(): number {
    const { overdue } = this
    if (this.queue === undefined) return overdue
    const ahead = distance(this.queue[0].sequence, this.next)
    return ahead <= 0 ? 0 : overdue > 0 && overdue < ahead ? overdue : ahead
  }
}
