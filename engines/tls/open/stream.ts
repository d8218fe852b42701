import type { Digest } from '../ciphers.ts'
import { Rc4 } from '../rc4.ts'
import { HEADER, type Opener, type OpenerState, writePseudoHeader } from './opener.ts'

/** Of the key stream, so much is made at once to get over a loss. */
const FARTHEST = 4 * 1024 * 1024
const PIECE = 64 * 1024
const NOTHING = new Uint8Array(0)

/** Records of RC4 with an HMAC (RFC 5246 section 6.2.3.1), or of an HMAC alone when there is no key. */
export class Streamed implements Opener {
  type = 0
  length = 0
  private readonly mac: Digest
  private readonly macLength: number
  private readonly rc4: Rc4 | undefined
  private readonly header = new Uint8Array(13)
  /** Of the key stream, what was made and not used. */
  private ahead = NOTHING
  private skipped = 0
  /** Bytes of the key stream that lie behind. */
  private used = 0

  constructor(key: Uint8Array | undefined, mac: Digest, macLength: number) {
    this.rc4 = key && new Rc4(key)
    this.mac = mac
    this.macLength = macLength
  }

  seek(fragments: number): void {
    this.skipped = fragments
  }

  open(type: number, version: number, sequence: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const length = end - start - this.macLength
    const used = this.skipped + end - start
    if (length < 0 || this.skipped < 0 || used > FARTHEST) return undefined
    const plain = new Uint8Array(end - start)
    if (this.rc4 === undefined) plain.set(bytes.subarray(start, end))
    else {
      this.reach(used)
      for (let i = 0; i < plain.length; i++) plain[i] = bytes[start + i] ^ this.ahead[this.skipped + i]
    }
    writePseudoHeader(this.header, sequence, type, version, length)
    const expected = this.mac([this.header, plain.subarray(0, length)])
    if (!expected.every((byte, i) => byte === plain[length + i])) return undefined
    this.ahead = this.ahead.subarray(used)
    this.used += used
    this.skipped = 0
    this.type = type
    this.length = length
    return plain
  }

  private reach(length: number): void {
    const { ahead } = this
    if (ahead.length >= length) return
    const more = new Uint8Array(length)
    more.set(ahead)
    more.set(this.rc4!.take(length - ahead.length), ahead.length)
    this.ahead = more
  }

  save(): OpenerState {
    return { used: this.used }
  }

  load({ used = 0 }: OpenerState): void {
    this.used = used
    for (let left = used; left > 0; left -= PIECE) this.rc4?.take(Math.min(left, PIECE))
  }

  content(wire: number, records: number): number {
    return Math.max(0, wire - records * (HEADER + this.macLength))
  }
}
