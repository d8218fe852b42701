import { indexOf } from '../bytes/search.ts'
import { utf8 } from '../bytes/text.ts'

/** Reads the fields of a message one after another. Beyond its end numbers are 0 and strings empty, and `short` says so. */
export class Fields {
  short = false
  at: number
  readonly bytes: Uint8Array
  readonly to: number

  constructor(bytes: Uint8Array, at: number, to: number) {
    this.bytes = bytes
    this.at = at
    this.to = to
  }

  get left(): number {
    return this.to - this.at
  }

  /** Whether so many bytes are there. */
  private has(count: number): boolean {
    if (this.left >= count) return true
    this.short = true
    this.at = this.to
    return false
  }

  byte(): number {
    return this.has(1) ? this.bytes[this.at++] : 0
  }

  int16(): number {
    if (!this.has(2)) return 0
    this.at += 2
    return (this.bytes[this.at - 2] << 8) | this.bytes[this.at - 1]
  }

  /** Signed. */
  int32(): number {
    if (!this.has(4)) return 0
    const { bytes, at } = this
    this.at += 4
    return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]
  }

  /** Up to a zero byte; of one that is cut, what is there. */
  text(): string {
    const zero = indexOf(this.bytes, 0, this.at, this.to)
    if (zero < 0) this.short = true
    const end = zero < 0 ? this.to : zero
    const text = end === this.at ? '' : utf8(this.bytes, this.at, end)
    this.at = zero < 0 ? this.to : zero + 1
    return text
  }

  /** Passes over bytes. */
  skip(count: number): void {
    this.at = this.has(count) ? this.at + count : this.to
  }
}
