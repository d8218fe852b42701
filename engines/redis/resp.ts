import { indexOf } from '../bytes/search.ts'
import { Carry } from '../http/carry.ts'
import { LIMITS } from './limits.ts'

const CR = 13
const LF = 10
const MINUS = 45
/** Types by their first byte. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export const ARRAY = 42 // *
export const BULK = 36 // $
export const SIMPLE = 43 // +
export const ERROR = 45 // -
export const INTEGER = 58 // :
export const NULL = 95 // _
export const BOOLEAN = 35 // #
export const DOUBLE = 44 // ,
export const BIG_NUMBER = 40 // (
export const BULK_ERROR = 33 // !
export const VERBATIM = 61 // =
export const MAP = 37 // %
export const SET = 126 // ~
export const PUSH = 62 // >
export const ATTRIBUTE = 124 // |
const CHUNK = 59 // ;
const STREAM_END = 46 // .
const UNKNOWN_COUNT = 63 // ?

/** Takes the parts of a value as they are read. */
export interface ValueSink {
  /** How much of each bulk string is wanted. */
  readonly keep: number
  /** An aggregate begins. `count`: of its elements, a map's twice its entries; -1: streamed. */
  open(type: number, count: number): void
  close(type: number): void
  /** A value of one line, without its type and CR LF. Null, however it was written, is NULL. */
  line(type: number, bytes: Uint8Array, from: number, to: number): void
  /** A string with a length; `from`..`to` is its beginning, as far as it is wanted. */
  bulk(type: number, bytes: Uint8Array, from: number, to: number, length: number): void
  /** A line that is no value: an inline command. */
  inline(bytes: Uint8Array, from: number, to: number): void
}

export interface SavedResp {
  types: number[]
  left: number[]
  bulk: [number, number, number, number]
  streamed: boolean
  attributed: boolean
  holed: boolean
  carry: Uint8Array
  kept: Uint8Array
}

const IN_LINE = 0
const IN_BULK = 1
const BEHIND_BULK = 2

/** Reads the values of one direction, RESP2 and RESP3, however the bytes are cut. */
export class Resp {
  /** What is wrong with the bytes, after `read` stopped at them. */
  error: string | undefined = undefined
  /** A value ended where `read` stopped. */
  ended = false
  private readonly commands: boolean
  private readonly types: number[] = []
  private readonly left: number[] = []
  private phase = IN_LINE
  private bulkType = 0
  private bulkLength = 0
  private bulkLeft = 0
  /** The bulk string being read comes in chunks. */
  private streamed = false
  /** An attribute was read, and not yet the value it belongs to. */
  private attributed = false
  private readonly carry = new Carry()
  private readonly kept = new Carry()
  /** Of the bulk string being read, bytes are missing: what follows them is not kept. */
  private holed = false

  /** @param commands only arrays of bulk strings, and inline commands */
  constructor(commands: boolean) {
    this.commands = commands
  }

  /** Between two values? */
  get idle(): boolean {
    return this.phase === IN_LINE && this.types.length === 0 && this.carry.length === 0 && !this.streamed && !this.attributed
  }

  /** Reads on, to the end of a value (`ended`), of the bytes, or to an `error`. Answers how far it came. */
  read(bytes: Uint8Array, from: number, end: number, sink: ValueSink): number {
    let at = from
    this.ended = false
    while (at < end && !this.ended && this.error === undefined) {
      if (this.phase === IN_LINE) at = this.readLine(bytes, at, end, sink)
      else if (this.phase === IN_BULK) at = this.readBulk(bytes, at, end, sink)
      else at = this.readBulkEnd(bytes, at, sink)
    }
    return at
  }

  private readLine(bytes: Uint8Array, from: number, end: number, sink: ValueSink): number {
    const { carry } = this
    const lf = indexOf(bytes, LF, from, end)
    const to = lf < 0 ? end : lf + 1
    if (carry.length + to - from > LIMITS.line) return this.fail('line-too-long', from)
    if (lf < 0) {
      carry.append(bytes, from, end)
      return end
    }
    if (carry.length === 0) return this.takeLine(bytes, from, lf, end, sink)
    carry.append(bytes, from, to)
    const { bytes: line, length } = carry
    carry.clear()
    this.takeLine(line, 0, length - 1, length, sink)
    return to
  }

  /** A line ends with the LF at `lf`. Answers where the next one begins. */
  private takeLine(bytes: Uint8Array, from: number, lf: number, end: number, sink: ValueSink): number {
    const type = bytes[from]
    const outside = this.types.length === 0
    if (this.commands && outside && type !== ARRAY) {
      sink.inline(bytes, from, lf > from && bytes[lf - 1] === CR ? lf - 1 : lf)
      this.ended = true
      return lf + 1
    }
    const to = lf - 1
    if (to <= from || bytes[to] !== CR) return this.fail('line-without-cr', from)
    if (this.commands && type !== (outside ? ARRAY : BULK)) return this.fail('not-a-bulk-string', from)
    if (this.streamed && type !== CHUNK) return this.fail('not-a-chunk', from)
    switch (type) {
      case BULK:
      case BULK_ERROR:
      case VERBATIM:
        return this.takeBulk(type, bytes, from + 1, to, end, sink)
      case CHUNK:
        return this.takeChunk(bytes, from, to, sink)
      case ARRAY:
      case MAP:
      case SET:
      case PUSH:
      case ATTRIBUTE:
        this.takeAggregate(type, bytes, from + 1, to, sink)
        return lf + 1
      case SIMPLE:
      case ERROR:
      case INTEGER:
      case NULL:
      case BOOLEAN:
      case DOUBLE:
      case BIG_NUMBER:
        sink.line(type, bytes, from + 1, to)
        this.finish(sink)
        return lf + 1
      case STREAM_END:
        if (to !== from + 1 || !((this.left.at(-1) ?? 0) < 0)) return this.fail('end-of-no-stream', from)
        this.left[this.left.length - 1] = 1
        this.pop(sink)
        return lf + 1
      default:
        return this.fail('unknown-type', from)
    }
  }

  private takeBulk(type: number, bytes: Uint8Array, from: number, to: number, end: number, sink: ValueSink): number {
    const next = to + 2
    if (to === from + 1 && bytes[from] === UNKNOWN_COUNT && !this.commands) {
      this.startBulk(type, 0)
      this.streamed = true
      this.phase = IN_LINE
      return next
    }
    const length = numberOf(bytes, from, to)
    if (length === -1 && !this.commands) {
      sink.line(NULL, bytes, to, to)
      this.finish(sink)
      return next
    }
    if (!(length >= 0 && length <= LIMITS.bulk)) return this.fail('bad-length', from)
    const behind = next + length
    if (behind + 2 <= end && bytes[behind] === CR && bytes[behind + 1] === LF) {
      sink.bulk(type, bytes, next, Math.min(behind, next + sink.keep), length)
      this.finish(sink)
      return behind + 2
    }
    this.startBulk(type, length)
    return next
  }

  private startBulk(type: number, length: number): void {
    this.bulkType = type
    this.bulkLength = length
    this.bulkLeft = length
    this.phase = length === 0 ? BEHIND_BULK : IN_BULK
  }

  private takeChunk(bytes: Uint8Array, from: number, to: number, sink: ValueSink): number {
    const length = numberOf(bytes, from + 1, to)
    if (!this.streamed || !(length >= 0 && length <= LIMITS.bulk)) return this.fail('bad-length', from)
    if (length > 0) {
      this.bulkLength += length
      this.bulkLeft = length
      this.phase = IN_BULK
    } else this.finishBulk(sink)
    return to + 2
  }

  private readBulk(bytes: Uint8Array, from: number, end: number, sink: ValueSink): number {
    const to = Math.min(end, from + this.bulkLeft)
    const room = this.holed ? 0 : sink.keep - this.kept.length
    if (room > 0) this.kept.append(bytes, from, Math.min(to, from + room))
    this.bulkLeft -= to - from
    if (this.bulkLeft === 0) this.phase = BEHIND_BULK
    return to
  }

  private readBulkEnd(bytes: Uint8Array, at: number, sink: ValueSink): number {
    const byte = bytes[at]
    if (this.bulkLeft === 0 && byte === CR) this.bulkLeft = -1
    else if (this.bulkLeft === -1 && byte === LF) {
      if (this.streamed) this.phase = IN_LINE
      else this.finishBulk(sink)
    } else return this.fail('bulk-without-end', at)
    return at + 1
  }

  private finishBulk(sink: ValueSink): void {
    const { kept } = this
    this.streamed = false
    this.phase = IN_LINE
    sink.bulk(this.bulkType, kept.bytes, 0, kept.length, this.bulkLength)
    kept.clear()
    this.holed = false
    this.finish(sink)
  }

  private takeAggregate(type: number, bytes: Uint8Array, from: number, to: number, sink: ValueSink): void {
    const pairs = type === MAP || type === ATTRIBUTE
    const streamed = to === from + 1 && bytes[from] === UNKNOWN_COUNT && !this.commands
    const count = streamed ? -1 : numberOf(bytes, from, to) * (pairs ? 2 : 1)
    if (count === -1 && !streamed && type === ARRAY) {
      sink.line(NULL, bytes, to, to)
      this.finish(sink)
      return
    }
    if (!(count >= 0 || streamed) || count > LIMITS.elements) this.fail('bad-length', from)
    else if (this.types.length >= LIMITS.depth) this.fail('too-deep', from)
    else {
      sink.open(type, count)
      this.types.push(type)
      this.left.push(count)
      if (count === 0) this.pop(sink)
    }
  }

  /** A value is whole, and so are those that it is the last element of. */
  private finish(sink: ValueSink): void {
    const depth = this.left.length
    if (depth === 0) {
      this.ended = true
      this.attributed = false
      return
    }
    const left = this.left[depth - 1]
    if (left > 0) this.left[depth - 1] = left - 1
    if (left === 1) this.pop(sink)
  }

  private pop(sink: ValueSink): void {
    const type = this.types.pop()!
    this.left.pop()
    sink.close(type)
    if (type !== ATTRIBUTE) this.finish(sink)
    else if (this.types.length === 0) this.attributed = true
  }

  private fail(error: string, at: number): number {
    this.error = error
    return at
  }

  /** `missing` bytes come next that nobody saw. Answers whether it is known what they were: a part of a bulk string. */
  lose(missing: number): boolean {
    if (this.phase !== IN_BULK || missing > this.bulkLeft) return false
    this.bulkLeft -= missing
    this.holed = true
    if (this.bulkLeft === 0) this.phase = BEHIND_BULK
    return true
  }

  /** Forgets what it was reading. */
  reset(): void {
    this.types.length = 0
    this.left.length = 0
    this.phase = IN_LINE
    this.streamed = false
    this.attributed = false
    this.error = undefined
    this.ended = false
    this.carry.clear()
    this.kept.clear()
    this.holed = false
  }

  save(): SavedResp {
    const { types, left, bulkType, bulkLength, bulkLeft, phase, streamed, attributed, holed, carry, kept } = this
    return {
      types: [...types],
      left: [...left],
      bulk: [phase, bulkType, bulkLength, bulkLeft],
      streamed,
      attributed,
      holed,
      carry: carry.bytes.slice(0, carry.length),
      kept: kept.bytes.slice(0, kept.length),
    }
  }

  load({ types, left, bulk, streamed, attributed, holed, carry, kept }: SavedResp): void {
    this.types.push(...types)
    this.left.push(...left)
    ;[this.phase, this.bulkType, this.bulkLength, this.bulkLeft] = bulk
    this.streamed = streamed
    this.attributed = attributed
    this.holed = holed
    this.carry.append(carry, 0, carry.length)
    this.kept.append(kept, 0, kept.length)
  }
}

/** A decimal number; NaN where there is none. */
const numberOf = (bytes: Uint8Array, from: number, to: number): number => {
  const negative = bytes[from] === MINUS
  let at = negative ? from + 1 : from
  if (at === to || to - at > 15) return Number.NaN
  let number = 0
  for (; at < to; at++) {
    const digit = bytes[at] - 48
    if (digit < 0 || digit > 9) return Number.NaN
    number = number * 10 + digit
  }
  return negative ? -number : number
}
