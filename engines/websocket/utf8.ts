/** What a check of UTF-8 has come to between two bytes, as plain data. */
export interface SavedUtf8 {
  valid: boolean
  need: number
  low: number
  high: number
}

/** Checks text piece by piece (RFC 3629 section 4; a text message must be UTF-8, RFC 6455 section 8.1). */
export class Utf8 {
  private valid = true
  /** Bytes that the character begun still needs; the next one lies between `low` and `high`. */
  private need = 0
  private low = 0x80
  private high = 0xbf

  add(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to && this.valid; at++) {
      const byte = bytes[at]
      if (this.need > 0) this.goOn(byte)
      else if (byte >= 0x80) this.begin(byte)
    }
  }

  private begin(byte: number): void {
    this.valid = byte >= 0xc2 && byte <= 0xf4
    this.need = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3
    this.low = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80
    this.high = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf
  }

  private goOn(byte: number): void {
    this.valid = byte >= this.low && byte <= this.high
    this.need--
    this.low = 0x80
    this.high = 0xbf
  }

  /** `whole`: no more comes. */
  isText(whole: boolean): boolean {
    return this.valid && (!whole || this.need === 0)
  }

  save(): SavedUtf8 {
    const { valid, need, low, high } = this
    return { valid, need, low, high }
  }

  static load(saved: SavedUtf8): Utf8 {
    return Object.assign(new Utf8(), saved)
  }
}
