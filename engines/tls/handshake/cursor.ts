import { hex } from '../../bytes/hex.ts'
import { u16be, u24be, u32be } from '../../bytes/numbers.ts'
import { latin1 } from '../../bytes/text.ts'

/** What is first wrong with a message. */
export interface Malformed {
  /** `cut`: something ends too early; `trailing-bytes`: something follows that does not belong there; others say it themselves. */
  code: string
  /** In the message's body. */
  offset: number
}

/** Longer lists are honest in no message; the rest of one is read over. */
const MOST_ITEMS = 1024

/**
 * Reads bytes from front to back in the presentation language of RFC 8446 section 3. What is not there reads as zero or
 * empty, and where that first happened is kept: so a reader needs no check of its own, and what was read before stays.
 */
export class Cursor {
  readonly bytes: Uint8Array
  readonly end: number
  at: number
  private readonly root: Cursor
  private readonly start: number
  private wrong: Malformed | undefined = undefined

  constructor(bytes: Uint8Array, start = 0, end = bytes.length, within?: Cursor) {
    this.bytes = bytes
    this.start = start
    this.at = start
    this.end = end
    this.root = within?.root ?? this
  }

  /** What is first wrong in the message of which this is a part. */
  get malformed(): Malformed | undefined {
    return this.root.wrong
  }

  get left(): number {
    return this.end - this.at
  }

  fail(code: string, at = this.at): void {
    this.root.wrong ??= { code, offset: at - this.root.start }
  }

  /** Goes over `length` bytes, and says where they begin; undefined when they are not all there. */
  private take(length: number): number | undefined {
    const { at } = this
    if (length > this.end - at) {
      this.fail('cut')
      this.at = this.end
      return undefined
    }
    this.at = at + length
    return at
  }

  u8(): number {
    const at = this.take(1)
    return at === undefined ? 0 : this.bytes[at]
  }

  u16(): number {
    const at = this.take(2)
    return at === undefined ? 0 : u16be(this.bytes, at)
  }

  u24(): number {
    const at = this.take(3)
    return at === undefined ? 0 : u24be(this.bytes, at)
  }

  u32(): number {
    const at = this.take(4)
    return at === undefined ? 0 : u32be(this.bytes, at)
  }

  /** The next `length` bytes; of those that are not all there, the ones that are. */
  part(length: number): Cursor {
    const from = this.at
    const at = this.take(length)
    return new Cursor(this.bytes, from, at === undefined ? this.end : at + length, this)
  }

  /** A vector whose length is told by its first `size` bytes. */
  vector(size: 1 | 2 | 3): Cursor {
    const length = size === 1 ? this.u8() : size === 2 ? this.u16() : this.u24()
    return this.part(length)
  }

  /** A vector with its length in front, still to be read. */
  prefixed(size: 1 | 2): Cursor {
    const { at } = this
    this.vector(size)
    return new Cursor(this.bytes, at, this.at, this)
  }

  /** All numbers that are left, of one or two bytes. */
  numbers(size: 1 | 2): number[] {
    const numbers: number[] = []
    while (this.left >= size && numbers.length < MOST_ITEMS) numbers.push(size === 1 ? this.u8() : this.u16())
    if (this.left > 0 && this.left < size) this.fail('trailing-bytes')
    this.at = this.end
    return numbers
  }

  /** All items that are left, each read by `read`. */
  items<Item>(read: (from: Cursor) => Item): Item[] {
    const items: Item[] = []
    while (this.left > 0 && items.length < MOST_ITEMS) items.push(read(this))
    this.at = this.end
    return items
  }

  /** What is left as lower-case hex, or as text with one character a byte. */
  hex(): string {
    return hex(this.bytes, this.at, this.finish())
  }

  text(): string {
    return latin1(this.bytes, this.at, this.finish())
  }

  /** What is left, as a view. */
  rest(): Uint8Array {
    return this.bytes.subarray(this.at, this.finish())
  }

  private finish(): number {
    this.at = this.end
    return this.end
  }

  /** Nothing should be left. */
  done(): void {
    if (this.left > 0) this.fail('trailing-bytes')
  }
}
