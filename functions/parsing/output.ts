import { methods } from '#engines/bytes/buffer.ts'
import { fromLatin1, fromUtf8 } from '#engines/bytes/text.ts'
import type { Value } from '#engines/protocols/call.ts'
import type { Micros } from '#engines/time.ts'
import { digitsOf, type Second, secondOf } from '../lane/time.ts'

const QUOTE = 34
const BACKSLASH = 92
const OPENED = 123
const CLOSED = 125
const ZERO = 48
const Z = 90
const NOT_ASCII = 127
const FIRST_SIZE = 128 * 1024
/** Up to here a loop costs less than a call into the runtime. */
const SHORT = 48
/** The same of bytes that are copied. */
const FEW = 32
/** Shorter parts of a string are strings of their own. */
const SLICE = 12
const MILLION = 1_000_000
const INT32 = 0x7fffffff
/** 1 for a byte that stands for itself in a JSON string. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (byte < 32 || byte > 126 || byte === QUOTE || byte === BACKSLASH ? 0 : 1))
const NEVER = 1
/** What stands behind the backslash for a byte of UTF-8 text; 0: it stands for itself. */
const ESCAPED = Uint8Array.from({ length: 256 }, (_, byte) => {
  const at = '"\\\n\r\t\b\f'.indexOf(String.fromCharCode(byte))
  if (at >= 0) return '"\\nrtbf'.charCodeAt(at)
  // 127 also stands for what is not ASCII in a short text, and 0xef begins what stands for half a surrogate pair.
  return byte < 32 || byte === NOT_ASCII || byte === 0xef ? NEVER : 0
})
const { latin1Write, utf8Write } = methods
const MOST_KNOWN = 4096
const NOTHING: Uint8Array = new Uint8Array(0)

/** JSON to be written again and again, with any characters. */
export const pieceOf = (json: string): Uint8Array => fromUtf8(json)

const learn = (known: Map<string, Uint8Array>, key: string, bytes: Uint8Array): Uint8Array => {
  if (known.size === MOST_KNOWN) known.clear()
  known.set(key, bytes)
  return bytes
}

/**
 * JSON as bytes, piece by piece, in one buffer that grows as needed. Strings put together by `+` are written twice, the second time when
 * they are made flat; that cost more than all else about a document.
 */
export class Output {
  bytes: Buffer = Buffer.allocUnsafeSlow(FIRST_SIZE)
  length = 0
  private readonly known = new Map<string, Uint8Array>()
  /** Names of fields as they are written, behind a comma. */
  private readonly names = new Map<string, Uint8Array>()
  /** The second that was written last, and how. */
  private second: Second | undefined = undefined
  private iso8601 = NOTHING
  private unix = NOTHING

  /** The byte that was written last. */
  get last(): number {
    return this.bytes[this.length - 1]
  }

  /** Makes room for so many more bytes, and answers where they go. */
  private room(size: number): number {
    const needed = this.length + size
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2))
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    return this.length
  }

  /** Text that is ASCII and needs no escape: JSON's own. */
  raw(text: string): void {
    const at = this.room(text.length)
    const { bytes } = this
    if (text.length > SHORT) latin1Write.call(bytes, text, at, text.length)
    else for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i)
    this.length = at + text.length
  }

  /** The same, where it comes again and again: copying bytes costs less than reading characters. */
  constant(text: string): void {
    this.again(this.known.get(text) ?? learn(this.known, text, fromLatin1(text)))
  }

  /** What was made to be written again and again. */
  again(piece: Uint8Array): void {
    const { length } = piece
    const at = this.room(length)
    const { bytes } = this
    if (length > FEW) bytes.set(piece, at)
    else for (let i = 0; i < length; i++) bytes[at + i] = piece[i]
    this.length = at + length
  }

  /** What lies at `from`..`to`, again. */
  repeat(from: number, to: number): void {
    const at = this.room(to - from)
    const { bytes } = this
    for (let i = from; i < to; i++) bytes[at + i - from] = bytes[i]
    this.length = at + to - from
  }

  private byte(byte: number): void {
    const at = this.room(1)
    this.bytes[at] = byte
    this.length = at + 1
  }

  /** Latin-1 text, as what HTTP carries is, as a JSON string. It is written first and looked at then: a look into a slice of a string costs more than one at bytes. */
  string(text: string): void {
    const { length } = text
    const at = this.room(length + 2)
    const { bytes } = this
    bytes[at] = QUOTE
    const end = at + 1 + length
    if (length > SLICE) latin1Write.call(bytes, text, at + 1, length)
    else for (let i = 0; i < length; i++) bytes[at + 1 + i] = text.charCodeAt(i)
    for (let i = at + 1; i < end; i++) {
      if (PLAIN[bytes[i]] === 0) {
        this.json(JSON.stringify(text))
        return
      }
    }
    bytes[end] = QUOTE
    this.length = end + 1
  }

  /** Any text as a JSON string. */
  text(text: string): void {
    const { length } = text
    const at = this.room(length * 3 + 2)
    const { bytes } = this
    let end = at + 1
    if (length > SLICE) end += utf8Write.call(bytes, text, at + 1, length * 3)
    else for (let i = 0; i < length; i++) bytes[end++] = Math.min(text.charCodeAt(i), NOT_ASCII)
    bytes[at] = QUOTE
    for (let i = at + 1; i < end; i++) {
      if (PLAIN[bytes[i]] !== 0) continue
      const escaped = this.escape(i, end)
      if (escaped < 0) {
        this.json(JSON.stringify(text))
        return
      }
      end = escaped
      break
    }
    bytes[end] = QUOTE
    this.length = end + 1
  }

  /** Escapes UTF-8 text in its place, where there is room: a character never takes more than three bytes. Answers where it ends then; -1: some of it needs more than a backslash, or was no character. */
  private escape(from: number, end: number): number {
    const { bytes } = this
    let more = 0
    for (let i = from; i < end; i++) {
      const letter = ESCAPED[bytes[i]]
      if (letter === NEVER) return -1
      if (letter !== 0) more++
    }
    let to = end + more
    for (let i = end - 1; i >= from && to > i + 1; i--) {
      const letter = ESCAPED[bytes[i]]
      bytes[--to] = letter === 0 ? bytes[i] : letter
      if (letter !== 0) bytes[--to] = BACKSLASH
    }
    return end + more
  }

  /** A value as JSON has them; what is undefined in an object is left out. */
  value(value: Value): void {
    if (typeof value === 'string') this.text(value)
    else if (typeof value === 'number' && Number.isSafeInteger(value)) this.integer(value)
    else if (Array.isArray(value)) this.list(value)
    else if (typeof value === 'object' && value !== null) {
      this.byte(OPENED)
      this.fields(value)
      this.byte(CLOSED)
    } else this.raw(JSON.stringify(value))
  }

  /** The fields of an object, without its braces. */
  fields(object: { [name: string]: Value }): void {
    let first = true
    for (const name in object) {
      const value = object[name]
      if (value === undefined) continue
      this.field(name, value, first)
      first = false
    }
  }

  field(name: string, value: Value, first: boolean): void {
    const piece = this.names.get(name) ?? learn(this.names, name, pieceOf(`,${JSON.stringify(name)}:`))
    const skipped = first ? 1 : 0
    const at = this.room(piece.length)
    const { bytes } = this
    for (let i = skipped; i < piece.length; i++) bytes[at + i - skipped] = piece[i]
    this.length = at + piece.length - skipped
    this.value(value)
  }

  private list(values: readonly Value[]): void {
    for (let i = 0; i < values.length; i++) {
      this.raw(i === 0 ? '[' : ',')
      this.value(values[i])
    }
    this.raw(values.length === 0 ? '[]' : ']')
  }

  /** Text that is JSON already, with any characters. */
  json(text: string): void {
    const at = this.room(text.length * 3)
    this.length = at + this.bytes.write(text, at, text.length * 3, 'utf8')
  }

  /** An integer of any sign. */
  integer(value: number): void {
    if (value < 0 || value >= MILLION * MILLION) {
      this.raw(String(value))
      return
    }
    let digits = 1
    for (let power = 10; power <= value; power *= 10) digits++
    const at = this.room(digits)
    const { bytes } = this
    let place = at + digits
    let rest = value
    for (; rest > INT32; rest = Math.floor(rest / 10)) bytes[--place] = ZERO + (rest % 10)
    for (let small = rest | 0; place > at; small = (small / 10) | 0) bytes[--place] = ZERO + (small % 10)
    this.length = at + digits
  }

  /** ISO 8601 with microseconds, without quotes. */
  iso(at: Micros): void {
    this.turnTo(secondOf(at))
    this.again(this.iso8601)
    this.six(digitsOf(at))
    this.byte(Z)
  }

  private turnTo(second: Second): void {
    if (second === this.second) return
    this.second = second
    this.iso8601 = pieceOf(second.iso)
    this.unix = pieceOf(second.unix)
  }

  /** A time as a number. */
  micros(at: Micros): void {
    if (at < MILLION || !Number.isInteger(at)) {
      this.raw(String(at))
      return
    }
    this.turnTo(secondOf(at))
    this.again(this.unix)
    this.six(digitsOf(at))
  }

  private six(value: number): void {
    const at = this.room(6)
    const { bytes } = this
    for (let place = at + 5, rest = value | 0; place >= at; place--, rest = (rest / 10) | 0) bytes[place] = ZERO + (rest % 10)
    this.length = at + 6
  }

  /** A copy of what was written since `from`, to be written again. */
  since(from: number): Uint8Array {
    return Uint8Array.prototype.slice.call(this.bytes, from, this.length)
  }
}
