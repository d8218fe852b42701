/** RC4's key stream. Runtimes have given it up (RFC 7465); old servers have not. */
export class Rc4 {
  private readonly box = new Uint8Array(256)
  private i = 0
  private j = 0

  constructor(key: Uint8Array) {
    const { box } = this
    for (let i = 0; i < 256; i++) box[i] = i
    for (let i = 0, j = 0; i < 256; i++) {
      j = (j + box[i] + key[i % key.length]) & 255
      this.swap(i, j)
    }
  }

  private swap(i: number, j: number): void {
    const { box } = this
    const kept = box[i]
    box[i] = box[j]
    box[j] = kept
  }

  /** The next bytes of the stream. */
  take(length: number): Uint8Array {
    const { box } = this
    const out = new Uint8Array(length)
    for (let at = 0; at < length; at++) {
      this.i = (this.i + 1) & 255
      this.j = (this.j + box[this.i]) & 255
      this.swap(this.i, this.j)
      out[at] = box[(box[this.i] + box[this.j]) & 255]
    }
    return out
  }
}
