import { latin1 } from '../bytes/text.ts'
import { Carry } from '../http/carry.ts'
import type { Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import {
  CONTINUATION,
  DATA,
  FRAME_SIZE,
  type Frame,
  findFrame,
  HEAD,
  PADDED,
  PING,
  PREFACE,
  readHead,
  WINDOW_UPDATE,
  wrongHead,
} from './frames.ts'
import { LARGEST_GATHERED } from './limits.ts'

/** What one side's bytes are, in order. */
export interface Listener {
  /** A frame of DATA begins. */
  dataBegins(side: Side, frame: Frame, at: Micros): void
  data(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, at: Micros): void
  /** `missing` bytes within the frame at hand were not seen. */
  dataLost(side: Side, frame: Frame, missing: number, at: Micros): void
  dataEnds(side: Side, frame: Frame, at: Micros): void
  /** Any other frame, whole. `first`: when its first byte came. */
  frame(side: Side, frame: Frame, bytes: Uint8Array, from: number, to: number, first: Micros, at: Micros): void
  /** A frame that was not read: it is too large, or bytes of it are missing. */
  notRead(side: Side, frame: Frame): void
  preface(side: Side): void
  malformed(side: Side, code: string, offset: number, at: Micros): void
}

/** `preface`: before anything. `head`, `payload` (gathered), `data`, `skip`: within a frame. `lost`: frames are looked for. */
type Phase = 'preface' | 'head' | 'payload' | 'data' | 'skip' | 'lost'

export interface SavedHalf {
  phase: Phase
  offset: number
  frame: Frame
  left: number
  padding: number
  first: Micros
  largest: number
  carried: Uint8Array
}

/** Takes one side's stream apart into frames (RFC 9113 section 4.1). */
export class Half {
  phase: Phase = 'head'
  /** In the side's stream, of the next byte. */
  offset = 0
  /** Largest frame that this side may send. */
  largest = FRAME_SIZE
  private frame: Frame = { type: 0, flags: 0, stream: 0, length: 0, offset: 0 }
  /** Bytes of the frame's payload that have not come. */
  private left = 0
  /** How many of them are padding at its end; -1: not known yet. */
  private padding = 0
  /** When the frame's first byte came. */
  private first = 0 as Micros
  private readonly carry = new Carry()
  private readonly side: Side
  private readonly listener: Listener

  constructor(side: Side, listener: Listener) {
    this.side = side
    this.listener = listener
  }

  receive(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    let from = start
    while (from < end) {
      const next = this.step(bytes, from, end, at)
      this.offset += next - from
      from = next
    }
  }

  /** Answers up to where it read; always further than `from`, or in another phase. */
  private step(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    switch (this.phase) {
      case 'head':
        return this.readHead(bytes, from, end, at)
      case 'payload':
        return this.gather(bytes, from, end, at)
      case 'data':
        return this.readData(bytes, from, end, at)
      case 'preface':
        return this.readPreface(bytes, from, end, at)
      case 'skip': {
        const to = Math.min(end, from + this.left)
        this.left -= to - from
        if (this.left === 0) this.phase = 'head'
        return to
      }
      default:
        return this.find(bytes, from, end)
    }
  }

  private find(bytes: Uint8Array, from: number, end: number): number {
    const found = findFrame(bytes, from, end, this.largest)
    if (found < 0) return end
    this.phase = 'head'
    return found
  }

  /** Section 3.4. */
  private readPreface(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { carry } = this
    const to = Math.min(end, from + PREFACE.length - carry.length)
    const text = latin1(carry.bytes, 0, carry.length) + latin1(bytes, from, to)
    if (!PREFACE.startsWith(text)) {
      this.fail('bad-preface', this.offset - carry.length, at)
      return from
    }
    carry.append(bytes, from, to)
    if (carry.length < PREFACE.length) return to
    carry.clear()
    this.phase = 'head'
    this.listener.preface(this.side)
    return to
  }

  private readHead(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { carry } = this
    if (carry.length === 0) {
      this.first = at
      if (end - from >= HEAD) {
        this.begin(readHead(bytes, from, this.offset), at)
        return this.phase === 'lost' ? from : from + HEAD
      }
    }
    const to = Math.min(end, from + HEAD - carry.length)
    const before = carry.length
    carry.append(bytes, from, to)
    if (carry.length < HEAD) return to
    const head = readHead(carry.bytes, 0, this.offset - before)
    carry.clear()
    this.begin(head, at)
    return to
  }

  private begin(frame: Frame, at: Micros): void {
    const wrong = wrongHead(frame, this.largest)
    if (wrong !== undefined) {
      this.fail(wrong, frame.offset, at)
      return
    }
    this.frame = frame
    this.left = frame.length
    if (frame.type === DATA) {
      this.padding = (frame.flags & PADDED) !== 0 ? -1 : 0
      this.phase = 'data'
      this.listener.dataBegins(this.side, frame, at)
      if (this.left === 0) this.endData(at)
    } else if (frame.type > CONTINUATION || frame.type === PING || frame.type === WINDOW_UPDATE || frame.length > LARGEST_GATHERED) {
      if (frame.length > LARGEST_GATHERED && frame.type <= CONTINUATION) this.listener.notRead(this.side, frame)
      this.phase = this.left > 0 ? 'skip' : 'head'
    } else if (this.left > 0) this.phase = 'payload'
    else this.give(NOTHING, 0, 0, at)
  }

  private gather(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const to = Math.min(end, from + this.left)
    const { carry } = this
    if (carry.length === 0 && to - from === this.left) {
      this.give(bytes, from, to, at)
      return to
    }
    carry.append(bytes, from, to)
    this.left -= to - from
    if (this.left === 0) {
      this.give(carry.bytes, 0, carry.length, at)
      carry.clear()
    }
    return to
  }

  private give(bytes: Uint8Array, from: number, to: number, at: Micros): void {
    this.phase = 'head'
    this.listener.frame(this.side, this.frame, bytes, from, to, this.first, at)
  }

  private readData(bytes: Uint8Array, start: number, end: number, at: Micros): number {
    let from = start
    if (this.padding < 0) {
      this.left--
      this.padding = Math.min(bytes[from++], this.left)
    }
    const to = Math.min(end, from + this.left)
    const data = Math.min(to, from + this.left - this.padding)
    if (data > from) this.listener.data(this.side, this.frame, bytes, from, data, at)
    this.left -= to - from
    this.padding = Math.min(this.padding, this.left)
    if (this.left === 0) this.endData(at)
    return to
  }

  private endData(at: Micros): void {
    this.phase = 'head'
    this.listener.dataEnds(this.side, this.frame, at)
  }

  /** Bytes come next that nobody saw. Answers whether it is still known where the next frame begins. */
  gap(missing: number, at: Micros): boolean {
    const { phase, left, frame, carry } = this
    this.offset += missing
    const within = (phase === 'payload' || phase === 'data' || phase === 'skip') && missing <= left
    if (phase === 'payload' || (phase === 'data' && !within)) this.listener.notRead(this.side, frame)
    carry.clear()
    if (!within) {
      this.phase = 'lost'
      return false
    }
    this.left -= missing
    if (phase === 'data') {
      this.padding = Math.min(Math.max(this.padding, 0), this.left)
      this.listener.dataLost(this.side, frame, missing, at)
      if (this.left === 0) this.endData(at)
    } else this.phase = this.left > 0 ? 'skip' : 'head'
    return true
  }

  /** Within a frame, or before its head is whole. */
  get inside(): boolean {
    return this.carry.length > 0 || this.phase === 'payload' || this.phase === 'data' || this.phase === 'skip'
  }

  private fail(code: string, offset: number, at: Micros): void {
    this.carry.clear()
    this.phase = 'lost'
    this.listener.malformed(this.side, code, offset, at)
  }

  save(): SavedHalf {
    const { phase, offset, frame, left, padding, first, largest, carry } = this
    return { phase, offset, frame: { ...frame }, left, padding, first, largest, carried: carry.bytes.slice(0, carry.length) }
  }

  load(saved: SavedHalf): void {
    this.phase = saved.phase
    this.offset = saved.offset
    this.frame = { ...saved.frame }
    this.left = saved.left
    this.padding = saved.padding
    this.first = saved.first
    this.largest = saved.largest
    this.carry.append(saved.carried, 0, saved.carried.length)
  }
}

const NOTHING = new Uint8Array(0)
