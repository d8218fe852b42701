import { fromHex, hex } from '../bytes/hex.ts'
import { fromLatin1, latin1 } from '../bytes/text.ts'
import { Words } from './words.ts'

/** Upper three bits of a byte that begins a value; the lower five are a number, `MORE` when one follows that is not less. */
const [SMALL, CONSTANT, TEXT, WIDE, HEX, BYTES, LIST, RECORD] = [0, 1, 2, 3, 4, 5, 6, 7]
const MORE = 31
const CONSTANTS = [undefined, null, false, true] as const
const [INTEGER, NEGATIVE, DOUBLE, WORD] = [CONSTANTS.length, CONSTANTS.length + 1, CONSTANTS.length + 2, CONSTANTS.length + 3]
/** What is shorter is written where it stands; what is longer is hardly ever met again. In bytes, packed. */
const [SHORTEST_WORD, LONGEST_WORD] = [6, 2048]
/** Names of fields that get a number. */
const MOST_NAMES = 1024
const LONGEST_NAME = 32

/**
 * Packs plain data that is put away for long, and is needed in this process alone: into text, a byte a character, since that is what the
 * runtime keeps at the least cost. What several have in common, a table of headers or a certificate, is kept once (`Words`).
 */
export class Packing {
  readonly words = new Words()
  readonly names: string[] = []
  private readonly numbers = new Map<string, number>()
  private bytes = new Uint8Array(1024)
  private at = 0

  /** Of `undefined`, booleans, numbers, strings, Uint8Arrays, and arrays and objects of them. Each is to be given to `take` once. */
  pack(value: unknown): string {
    this.at = 0
    this.write(value)
    return latin1(this.bytes, 0, this.at)
  }

  /** What was packed, as it is there still. */
  look(text: string): unknown {
    return new Unpacking(this, text, false).read()
  }

  /** What was packed, and is so no longer. */
  take(text: string): unknown {
    return new Unpacking(this, text, true).read()
  }

  private write(value: unknown): void {
    if (typeof value === 'number') this.number(value)
    else if (typeof value === 'string') this.shared(value, this.text)
    else if (typeof value !== 'object' || value === null) this.head(CONSTANT, CONSTANTS.indexOf(value as undefined))
    else if (value instanceof Uint8Array) this.shared(value, this.octets)
    else if (Array.isArray(value)) this.shared(value, this.list)
    else this.shared(value, this.record)
  }

  /** Writes a value, or in its place the number of the word that it is. */
  private shared<Value>(value: Value, write: (this: this, value: Value) => void): void {
    const start = this.at
    write.call(this, value)
    const length = this.at - start
    if (length < SHORTEST_WORD || length > LONGEST_WORD) return
    const { words } = this
    const text = latin1(this.bytes, start, this.at)
    const held = words.held(text)
    // The words in it are held by the word itself.
    if (held !== undefined) this.take(text)
    const number = held ?? words.keep(text)
    if (number === undefined) return
    this.at = start
    this.head(CONSTANT, WORD)
    this.integer(number)
  }

  private number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0 && value <= MORE) this.head(SMALL, value)
      else {
        this.head(CONSTANT, value < 0 ? NEGATIVE : INTEGER)
        this.integer(Math.abs(value))
      }
      return
    }
    this.head(CONSTANT, DOUBLE)
    this.room(8)
    new DataView(this.bytes.buffer).setFloat64(this.at, value)
    this.at += 8
  }

  private text(value: string): void {
    if (HEXADECIMAL.test(value)) this.octets(fromHex(value)!, HEX)
    else if (LATIN_1.test(value)) this.octets(fromLatin1(value), TEXT)
    else {
      this.sized(WIDE, value.length)
      for (let i = 0; i < value.length; i++) {
        this.byte(value.charCodeAt(i) >> 8)
        this.byte(value.charCodeAt(i) & 255)
      }
    }
  }

  private octets(value: Uint8Array, kind = BYTES): void {
    this.sized(kind, value.length)
    this.room(value.length)
    this.bytes.set(value, this.at)
    this.at += value.length
  }

  private list(value: readonly unknown[]): void {
    this.sized(LIST, value.length)
    for (const each of value) this.write(each)
  }

  private record(value: object): void {
    const entries = Object.entries(value)
    this.sized(RECORD, entries.length)
    for (const [name, each] of entries) {
      const number = this.nameOf(name)
      this.integer(number)
      if (number === 0) this.text(name)
      this.write(each)
    }
  }

  /** A number for a name, one more than its place in `names`; 0: it has none. */
  private nameOf(name: string): number {
    const known = this.numbers.get(name)
    if (known !== undefined) return known
    if (this.names.length >= MOST_NAMES || name.length > LONGEST_NAME) return 0
    const number = this.names.push(name)
    this.numbers.set(name, number)
    return number
  }

  private sized(kind: number, size: number): void {
    this.head(kind, Math.min(size, MORE))
    if (size >= MORE) this.integer(size - MORE)
  }

  private head(kind: number, number: number): void {
    this.byte((kind << 5) | number)
  }

  /** Seven bits a byte, the lowest first. */
  private integer(value: number): void {
    let left = value
    for (; left >= 128; left = Math.floor(left / 128)) this.byte((left % 128) | 128)
    this.byte(left)
  }

  private byte(value: number): void {
    if (this.at === this.bytes.length) this.room(1)
    this.bytes[this.at++] = value
  }

  private room(more: number): void {
    if (this.at + more <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more))
    larger.set(this.bytes)
    this.bytes = larger
  }
}

const HEXADECIMAL = /^(?:[0-9a-f]{2}){3,}$/
const LATIN_1 = /^[^\u0100-\uffff]*$/

/** Reads what was packed. */
class Unpacking {
  private at = 0
  private readonly packing: Packing
  private readonly text: string
  /** The words in it have one holder less. */
  private readonly releasing: boolean

  constructor(packing: Packing, text: string, releasing: boolean) {
    this.packing = packing
    this.text = text
    this.releasing = releasing
  }

  read(): unknown {
    const head = this.byte()
    const number = head & MORE
    switch (head >> 5) {
      case SMALL:
        return number
      case CONSTANT:
        return this.constant(number)
      case TEXT:
        return this.characters(this.size(number))
      case WIDE:
        return Array.from({ length: this.size(number) }, () => String.fromCharCode(this.byte() * 256 + this.byte())).join('')
      case HEX:
        return hex(fromLatin1(this.characters(this.size(number))))
      case BYTES:
        return fromLatin1(this.characters(this.size(number)))
      case LIST:
        return Array.from({ length: this.size(number) }, () => this.read())
      default:
        return this.record(this.size(number))
    }
  }

  private constant(number: number): unknown {
    switch (number) {
      case INTEGER:
        return this.integer()
      case NEGATIVE:
        return -this.integer()
      case DOUBLE:
        return new DataView(fromLatin1(this.characters(8)).buffer).getFloat64(0)
      case WORD:
        return this.word(this.integer())
      default:
        return CONSTANTS[number]
    }
  }

  private word(number: number): unknown {
    const { packing } = this
    const text = packing.words.textOf(number)
    const gone = this.releasing && packing.words.release(number)
    return new Unpacking(packing, text, gone).read()
  }

  private record(size: number): unknown {
    const record: Record<string, unknown> = {}
    for (let left = size; left > 0; left--) {
      const number = this.integer()
      const name = number === 0 ? (this.read() as string) : this.packing.names[number - 1]
      record[name] = this.read()
    }
    return record
  }

  private characters(size: number): string {
    this.at += size
    return this.text.slice(this.at - size, this.at)
  }

  private size(number: number): number {
    return number < MORE ? number : MORE + this.integer()
  }

  private integer(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  private byte(): number {
    return this.text.charCodeAt(this.at++)
  }
}
