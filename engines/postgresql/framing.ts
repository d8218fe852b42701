import { u32be } from '../bytes/numbers.ts'
import { Carry } from '../http/carry.ts'
import { LIMITS } from './limits.ts'

/** How messages begin: `startup` with a length alone, `typed` with a type and a length, `answer` is one byte. */
export type Mode = 'startup' | 'typed' | 'answer'

export interface SavedFraming {
  mode: Mode
  type: number
  length: number
  left: number
  holed: boolean
  header: Uint8Array
  kept: Uint8Array
}

const TYPED_HEADER = 5
const STARTUP_HEADER = 4

/** Takes the stream of one side apart into messages (PostgreSQL documentation, 55.7). The message that ended lies in `bytes`, `from`..`to`. */
export class Framing {
  mode: Mode
  /** What is wrong with the bytes, after `read` stopped at them. */
  error: string | undefined = undefined
  /** A message ended where `read` stopped. */
  ended = false
  type = 0
  /** Of the message's content. */
  length = 0
  bytes: Uint8Array = new Uint8Array(0)
  from = 0
  to = 0
  /** Of the content not everything was kept, or there. */
  cut = false
  private left = -1
  private holed = false
  private readonly header = new Carry()
  private readonly kept = new Carry()
  private readonly types: ReadonlySet<number>
  /** How much of a message's content is wanted. */
  private readonly wanted: (type: number) => number

  constructor(mode: Mode, types: ReadonlySet<number>, wanted: (type: number) => number) {
    this.mode = mode
    this.types = types
    this.wanted = wanted
  }

  /** Between two messages? */
  get idle(): boolean {
    return this.left < 0 && this.header.length === 0
  }

  read(bytes: Uint8Array, from: number, end: number): number {
    this.ended = false
    return this.left < 0 ? this.readHeader(bytes, from, end) : this.readBody(bytes, from, end)
  }

  private readHeader(bytes: Uint8Array, from: number, end: number): number {
    if (this.mode === 'answer') {
      this.type = bytes[from]
      this.take(bytes, from, from, 0)
      return from + 1
    }
    const size = this.mode === 'typed' ? TYPED_HEADER : STARTUP_HEADER
    const { header } = this
    if (header.length === 0 && from + size <= end) return this.begin(bytes, from, from + size, end)
    const to = Math.min(end, from + size - header.length)
    header.append(bytes, from, to)
    if (this.mode === 'typed' && !this.types.has(header.bytes[0])) this.error = 'unknown-message'
    if (header.length < size || this.error !== undefined) return to
    const whole = header.bytes
    header.clear()
    this.begin(whole, 0, size, size)
    return to
  }

  /** A header ends at `next`, and what follows it up to `end` is there. */
  private begin(bytes: Uint8Array, at: number, next: number, end: number): number {
    const typed = this.mode === 'typed'
    this.type = typed ? bytes[at] : 0
    const length = u32be(bytes, typed ? at + 1 : at) - 4
    if (typed && !this.types.has(this.type)) this.error = 'unknown-message'
    else if (length < 0 || length > (typed ? LIMITS.message : LIMITS.startup)) this.error = 'bad-length'
    if (this.error !== undefined) return at
    this.length = length
    if (next + length <= end) {
      this.take(bytes, next, next + length, length)
      return next + length
    }
    if (length === 0) this.take(bytes, next, next, 0)
    else this.left = length
    return next
  }

  private readBody(bytes: Uint8Array, from: number, end: number): number {
    const to = Math.min(end, from + this.left)
    const room = this.holed ? 0 : Math.min(LIMITS.kept * 2, this.wanted(this.type)) - this.kept.length
    if (room > 0) this.kept.append(bytes, from, Math.min(to, from + room))
    this.left -= to - from
    if (this.left === 0) this.takeKept()
    return to
  }

  private takeKept(): void {
    const { bytes, length } = this.kept
    this.kept.clear()
    this.left = -1
    this.take(bytes, 0, length, this.length)
    this.holed = false
  }

  private take(bytes: Uint8Array, from: number, to: number, length: number): void {
    this.bytes = bytes
    this.from = from
    this.to = to
    this.length = length
    this.cut = to - from < length
    this.ended = true
  }

  /** `missing` bytes come next that nobody saw. Answers whether it is known what they were: a part of a message's content. They may be its end (`ended`). */
  lose(missing: number): boolean {
    this.ended = false
    if (this.left < 0 || missing > this.left) return false
    this.left -= missing
    this.holed = true
    if (this.left === 0) this.takeKept()
    return true
  }

  /** Forgets what it was reading. */
  reset(mode: Mode = this.mode): void {
    this.mode = mode
    this.error = undefined
    this.ended = false
    this.left = -1
    this.holed = false
    this.header.clear()
    this.kept.clear()
  }

  save(): SavedFraming {
    const { mode, type, length, left, holed, header, kept } = this
    return { mode, type, length, left, holed, header: header.bytes.slice(0, header.length), kept: kept.bytes.slice(0, kept.length) }
  }

  load({ header, kept, ...rest }: SavedFraming): void {
    Object.assign(this, rest)
    this.header.append(header, 0, header.length)
    this.kept.append(kept, 0, kept.length)
  }
}
