import type { Micros } from '../time.ts'
import type { SideFacts } from './facts.ts'
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

/** What is either so or not of a direction, a bit each. */
const FIN_SEEN = 1
const RESET_SEEN = 2
const TOLD = 4
const KNOWN = 8
const BEGUN = 16
const ENDED = 32
/** Both SYNs told how windows are scaled (RFC 7323, 2.3); from `SHIFT` on, by how much this side's are, and until then what its SYN said. */
const SCALED = 64
const SYN_READ = 128
const SHIFT = 8
/** A SYN without the option. */
const NO_SCALE = 15

export const marked = (marks: number, mark: number, is: boolean): number => (is ? marks | mark : marks & ~mark)

/** One direction of a connection. Sequence numbers are signed 32-bit integers. All fields are plain data, and few: there are two of these for each open connection. */
export class Half implements SideFacts {
  packets = 0
  bytes = 0
  marks = 0
  /** The sequence number before the first byte. */
  initial = 0
  /** The sequence number of the next byte to be delivered. */
  next = 0
  /** The highest acknowledgement by the other side. */
  acked = 0
  /** The sequence number at which the other side's window ends; it means something where that side's windows are `scaled`. */
  limit = 0
  /** IP identification of the newest data; tells a retransmission from the same packet captured twice. -1: none. */
  ident = -1
  /** A segment whose acknowledgement is waited for: the sequence number after it, and when it passed, µs after the connection's start (-1: none is). */
  timedEnd = 0
  timedAt = -1
  /** µs; -1: not known. */
  quickest = -1
  rare: Rare | undefined = undefined

  get fin(): boolean {
    return (this.marks & FIN_SEEN) !== 0
  }
  set fin(is: boolean) {
    this.marks = marked(this.marks, FIN_SEEN, is)
  }
  get reset(): boolean {
    return (this.marks & RESET_SEEN) !== 0
  }
  set reset(is: boolean) {
    this.marks = marked(this.marks, RESET_SEEN, is)
  }
  /** A handshake told the initial sequence number. */
  get told(): boolean {
    return (this.marks & TOLD) !== 0
  }
  /** `next` is known. */
  get known(): boolean {
    return (this.marks & KNOWN) !== 0
  }
  /** Something was delivered, or said to be missing. */
  get begun(): boolean {
    return (this.marks & BEGUN) !== 0
  }
  set begun(is: boolean) {
    this.marks = marked(this.marks, BEGUN, is)
  }
  /** No more will be delivered. */
  get ended(): boolean {
    return (this.marks & ENDED) !== 0
  }
  set ended(is: boolean) {
    this.marks = marked(this.marks, ENDED, is)
  }

  /** How far this side's windows are shifted is known. */
  get scaled(): boolean {
    return (this.marks & SCALED) !== 0
  }
  /** Bytes that this side can take, as a segment after its SYN says. */
  windowOf(told: number): number {
    return told << (this.marks >>> SHIFT)
  }

  get retransmissions(): number {
    return this.rare === undefined ? 0 : this.rare.retransmissions
  }
  get retransmittedBytes(): number {
    return this.rare === undefined ? 0 : this.rare.retransmittedBytes
  }
  get outOfOrder(): number {
    return this.rare === undefined ? 0 : this.rare.outOfOrder
  }
  get missingBytes(): number {
    return this.rare === undefined ? 0 : this.rare.missingBytes
  }
  get gaps(): number {
    return this.rare === undefined ? 0 : this.rare.gaps
  }
  get queue(): readonly Segment[] | undefined {
    return this.rare?.queue
  }
  get queuedBytes(): number {
    return this.rare === undefined ? 0 : this.rare.queuedBytes
  }
  get minimumRoundTrip(): number | undefined {
    return this.quickest < 0 ? undefined : this.quickest
  }
  get windowStalls(): number | undefined {
    return this.rare?.windowStalls
  }
  get windowStallTime(): number | undefined {
    return this.rare?.windowStallTime
  }
  get fullWindows(): number | undefined {
    return this.rare?.fullWindows
  }
  get fullWindowTime(): number | undefined {
    return this.rare?.fullWindowTime
  }
  get spuriousRetransmissions(): number | undefined {
    return this.rare?.spuriousRetransmissions
  }
  get oldDuplicates(): number | undefined {
    return this.rare?.oldDuplicates
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
    this.next = (initial + 1) | 0
    this.acked = this.next
    this.marks |= told ? KNOWN | TOLD : KNOWN
  }

  /** The capture began inside this stream, and it turns out to begin earlier than its first packet told. */
  startAt(sequence: number): void {
    this.next = sequence
    if (distance(this.acked, sequence) < 0) this.acked = sequence
  }

  /** The other side has acknowledged bytes that were not delivered, all before them too or these alone. */
  get overdue(): number {
    if (!this.known || this.ended) return 0
    const reports = this.rare?.reports
    return Math.max(0, distance(this.acked, this.next), reports?.heldTo === undefined ? 0 : distance(reports.heldTo, this.next))
  }

  /** Bytes that are missing before anything else can come: up to what is queued, or, first, to what was acknowledged. */
  get hole(): number {
    const { overdue, queue } = this
    if (queue === undefined) return overdue
    const ahead = distance(queue[0].sequence, this.next)
    return ahead <= 0 ? 0 : overdue > 0 && overdue < ahead ? overdue : ahead
  }
}

/** Two SYNs agree on the scale of windows: each side's holds when both offer one. `offered`: -1 for none. */
export const agreeOnScale = (half: Half, other: Half, offered: number): void => {
  if (half.scaled) return
  half.marks = (half.marks & ((1 << SHIFT) - 1)) | SYN_READ | ((offered < 0 ? NO_SCALE : offered) << SHIFT)
  if ((other.marks & SYN_READ) === 0) return
  const without = half.marks >>> SHIFT === NO_SCALE || other.marks >>> SHIFT === NO_SCALE
  for (const each of [half, other]) each.marks = (without ? each.marks & ((1 << SHIFT) - 1) : each.marks) | SCALED
}
