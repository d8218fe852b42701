const SMALLEST = 512

/** The beginning of a head that has not come whole: the only bytes of heads that are copied. */
export class Carry {
  bytes: Uint8Array = new Uint8Array(0)
  length = 0
  /** Up to here its lines have been looked at. */
  searched = 0

  append(bytes: Uint8Array, from: number, to: number): void {
    const length = this.length + to - from
    if (length > this.bytes.length) {
      const larger = new Uint8Array(Math.max(SMALLEST, this.bytes.length * 2, length))
      larger.set(this.bytes.subarray(0, this.length))
      this.bytes = larger
    }
    this.bytes.set(bytes.subarray(from, to), this.length)
    this.length = length
  }

  clear(): void {
    this.bytes = NOTHING
    this.length = 0
    this.searched = 0
  }
}
const NOTHING = new Uint8Array(0)
