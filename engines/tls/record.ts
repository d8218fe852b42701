import { copyOf } from '../bytes/copy.ts'
import { u16be } from '../bytes/numbers.ts'
import { Carry } from '../http/carry.ts'
import type { MissingReason } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { LIMITS } from './limits.ts'

export const CHANGE_CIPHER_SPEC = 20
export const ALERT = 21
export const HANDSHAKE = 22
export const APPLICATION_DATA = 23
const HEARTBEAT = 24
/** A ClientHello of SSL 2 is no record; it is told as one of this type. */
export const SSL2_HELLO = 1
const HEADER = 5
const SSL2_HEADER = 2

/** Takes what a direction's bytes are. Bytes are only valid during the call. */
export interface RecordSink {
  /** A record's fragment, `start`..`end`; `offset`: of the first byte of its header. */
  record(type: number, version: number, bytes: Uint8Array, start: number, end: number, offset: number, at: Micros): void
  /** So many bytes went by of which nothing can be read, headers included: `records` records, or an unknown number of them. */
  lost(wire: number, records: number | undefined, at: Micros, reason: MissingReason): void
  /** These are no records. They are looked for from here on. */
  malformed(offset: number, at: Micros): void
}

export interface SavedRecords {
  offset: number
  kept: Uint8Array
  /** Offset, and time, of the first byte of the record that is kept. */
  began: number
  skip: number
  skipped: number
  searching: boolean
  first: boolean
  reason: MissingReason
}

/** Whether a record's header may begin here: RFC 8446 section 5.1, and the versions before. Five bytes are there. */
export const isHeader = (bytes: Uint8Array, at: number): boolean => {
  const type = bytes[at]
  if (type < CHANGE_CIPHER_SPEC || type > HEARTBEAT || bytes[at + 1] !== 3 || bytes[at + 2] > 4) return false
  return u16be(bytes, at + 3) <= LIMITS.fragment
}

/** A ClientHello as SSL 2 has it, by which old clients ask for more (RFC 5246 appendix E.2). Five bytes are there. */
export const isSsl2Hello = (bytes: Uint8Array, at: number): boolean =>
  (bytes[at] & 0x80) !== 0 && bytes[at + 2] === 1 && ((bytes[at + 3] === 3 && bytes[at + 4] <= 4) || u16be(bytes, at + 3) === 2)

/** Takes one direction's bytes apart into records, however segments cut them, and finds the next one after a loss. */
export class RecordReader {
  /** Of the next byte. */
  offset: number
  private readonly kept = new Carry()
  private began = 0
  /** Of a record that is lost in part: what comes of it yet, and how long all of it is. */
  private skip = 0
  private skipped = 0
  private searching: boolean
  private first = true
  private reason: MissingReason = 'not captured'

  constructor(offset: number, searching: boolean) {
    this.offset = offset
    this.searching = searching
  }

  /** Nothing is kept of a record that goes on. */
  get idle(): boolean {
    return this.kept.length === 0 && this.skip === 0
  }

  receive(bytes: Uint8Array, start: number, end: number, at: Micros, sink: RecordSink): void {
    const base = this.offset - start
    this.offset += end - start
    let from = start
    while (from < end) {
      if (this.skip > 0) from = this.pass(from, end, at, sink)
      else if (this.kept.length > 0 || end - from < HEADER) from = this.keep(bytes, from, end, base, at, sink)
      else from = this.take(bytes, from, end, base, at, sink)
    }
  }

  /** A header is there at `from`. */
  private take(bytes: Uint8Array, from: number, end: number, base: number, at: Micros, sink: RecordSink): number {
    const header = this.headerAt(bytes, from)
    if (header === 0) return this.refuse(bytes, from, end, base, at, sink)
    const length = this.lengthAt(bytes, from, header)
    if (from + length > end) return this.keep(bytes, from, end, base, at, sink)
    this.tell(bytes, from, header, length, base + from, at, sink)
    return from + length
  }

  private headerAt(bytes: Uint8Array, at: number): number {
    if (isHeader(bytes, at)) return HEADER
    return this.first && isSsl2Hello(bytes, at) ? SSL2_HEADER : 0
  }

  private lengthAt(bytes: Uint8Array, at: number, header: number): number {
    return header === HEADER ? HEADER + u16be(bytes, at + 3) : SSL2_HEADER + (u16be(bytes, at) & 0x7fff)
  }

  private tell(bytes: Uint8Array, at: number, header: number, length: number, offset: number, when: Micros, sink: RecordSink): void {
    this.searching = false
    this.first = false
    if (header === HEADER) sink.record(bytes[at], u16be(bytes, at + 1), bytes, at + HEADER, at + length, offset, when)
    else sink.record(SSL2_HELLO, 2, bytes, at + SSL2_HEADER, at + length, offset, when)
  }

  /** No header is at `from`, where one should be. Says where the next one may be. */
  private refuse(bytes: Uint8Array, from: number, end: number, base: number, at: Micros, sink: RecordSink): number {
    if (!this.searching) {
      this.searching = true
      this.reason = 'not decrypted'
      sink.malformed(base + from, at)
    }
    let next = from + 1
    while (next + HEADER <= end && !isHeader(bytes, next)) next++
    sink.lost(next - from, undefined, at, this.reason)
    return next
  }

  /** Keeps what a record still needs. */
  private keep(bytes: Uint8Array, from: number, end: number, base: number, at: Micros, sink: RecordSink): number {
    const { kept } = this
    if (kept.length === 0) this.began = base + from
    if (kept.length < HEADER) {
      const to = Math.min(end, from + HEADER - kept.length)
      kept.append(bytes, from, to)
      if (kept.length < HEADER) return to
      const header = this.headerAt(kept.bytes, 0)
      if (header === 0) return this.refuseKept(to, at, sink)
      // Of an empty record nothing more comes.
      return this.lengthAt(kept.bytes, 0, header) === HEADER ? this.keep(bytes, to, to, base, at, sink) : to
    }
    const header = this.headerAt(kept.bytes, 0)
    const length = this.lengthAt(kept.bytes, 0, header)
    const to = Math.min(end, from + length - kept.length)
    kept.append(bytes, from, to)
    if (kept.length < length) return to
    const whole = kept.bytes
    kept.clear()
    this.tell(whole, 0, header, length, this.began, at, sink)
    return to
  }

  /** What was kept is no header: its bytes are looked at one by one. */
  private refuseKept(next: number, at: Micros, sink: RecordSink): number {
    const { kept, began } = this
    const bytes = copyOf(kept.bytes, 0, kept.length)
    kept.clear()
    const lost = this.refuse(bytes, 0, bytes.length, began, at, sink)
    kept.append(bytes, lost, bytes.length)
    this.began = began + lost
    return next
  }

  /** More of a record that is lost in part. */
  private pass(from: number, end: number, at: Micros, sink: RecordSink): number {
    const to = Math.min(end, from + this.skip)
    this.skip -= to - from
    if (this.skip === 0) sink.lost(this.skipped, 1, at, this.reason)
    return to
  }

  gap(missing: number, at: Micros, reason: MissingReason, sink: RecordSink): void {
    const { kept } = this
    this.offset += missing
    this.reason = reason
    let left = missing
    if (kept.length >= HEADER) {
      this.skipped = this.lengthAt(kept.bytes, 0, this.headerAt(kept.bytes, 0))
      this.skip = this.skipped - kept.length
      kept.clear()
    }
    if (this.skip > 0) {
      const part = Math.min(left, this.skip)
      left -= part
      this.skip -= part
      if (this.skip > 0) return
      sink.lost(this.skipped, 1, at, reason)
    }
    if (left === 0) return
    sink.lost(left + kept.length, undefined, at, reason)
    kept.clear()
    this.searching = true
    this.first = false
  }

  /** What is kept of a record that will not be whole: bytes of it, 0 when there is none. */
  get cut(): number {
    return this.skip > 0 ? this.skipped - this.skip : this.kept.length
  }

  save(): SavedRecords {
    const { offset, kept, began, skip, skipped, searching, first, reason } = this
    return { offset, kept: copyOf(kept.bytes, 0, kept.length), began, skip, skipped, searching, first, reason }
  }

  static load({ kept, ...rest }: SavedRecords): RecordReader {
    const reader = new RecordReader(0, false)
    Object.assign(reader, rest)
    reader.kept.append(kept, 0, kept.length)
    return reader
  }
}
