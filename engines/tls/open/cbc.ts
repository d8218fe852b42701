import { copyOf } from '../../bytes/copy.ts'
import type { DecipherBlocks, Digest } from '../ciphers.ts'
import { HEADER, type Opener, type OpenerState, writePseudoHeader } from './opener.ts'

const TLS_1_1 = 0x0302

export interface CbcKeys {
  decipher: DecipherBlocks
  mac: Digest
  macLength: number
  blockLength: number
  /** The first record's, in TLS 1.0. */
  iv: Uint8Array
}

/** Whether bytes that `end` with their padding's length are padded as they must be (RFC 5246 section 6.2.3.2). */
const isPadded = (plain: Uint8Array): boolean => {
  const last = plain.length - 1
  const padding = plain[last]
  if (padding > last) return false
  for (let at = last - padding; at < last; at++) if (plain[at] !== padding) return false
  return true
}

const same = (one: Uint8Array, other: Uint8Array, at: number): boolean => one.every((byte, i) => byte === other[at + i])

/**
 * Records of a block cipher in CBC mode with an HMAC (RFC 5246 section 6.2.3.2): over the content, which is then encrypted, or over what was
 * encrypted (RFC 7366). Before TLS 1.1 the last block of a record begins the next one, so a loss takes a record more.
 */
export class Cbc implements Opener {
  type = 0
  length = 0
  private readonly keys: CbcKeys
  private readonly version: number
  private readonly encryptThenMac: boolean
  private readonly header = new Uint8Array(13)
  /** Undefined: lost, with the record that ended with it. */
  private chain: Uint8Array | undefined
  private usual: readonly [number, number] = [Number.POSITIVE_INFINITY, 0]

  constructor(keys: CbcKeys, version: number, encryptThenMac: boolean) {
    this.keys = keys
    this.version = version
    this.encryptThenMac = encryptThenMac
    this.chain = keys.iv
  }

  private get explicit(): number {
    return this.version >= TLS_1_1 ? this.keys.blockLength : 0
  }

  open(type: number, version: number, sequence: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const { explicit } = this
    const { macLength, blockLength } = this.keys
    const body = this.encryptThenMac ? end - macLength : end
    const iv = explicit > 0 ? bytes.subarray(start, start + explicit) : this.chain
    const length = body - start - explicit
    if (iv === undefined || length < blockLength || length % blockLength !== 0) return undefined
    this.type = type
    const plain = this.encryptThenMac
      ? this.verifyFirst(iv, type, version, sequence, bytes, start, body)
      : this.verifyLast(this.keys.decipher(iv, bytes.subarray(start + explicit, body)), type, version, sequence)
    if (plain === undefined) return undefined
    this.keep(bytes, body)
    this.usual = [HEADER + end - start, this.length]
    return plain
  }

  private verifyFirst(
    iv: Uint8Array,
    type: number,
    version: number,
    sequence: number,
    bytes: Uint8Array,
    start: number,
    body: number,
  ): Uint8Array | undefined {
    writePseudoHeader(this.header, sequence, type, version, body - start)
    if (!same(this.keys.mac([this.header, bytes.subarray(start, body)]), bytes, body)) return undefined
    const plain = this.keys.decipher(iv, bytes.subarray(start + this.explicit, body))
    if (!isPadded(plain)) return undefined
    this.length = plain.length - plain[plain.length - 1] - 1
    return plain
  }

  private verifyLast(plain: Uint8Array, type: number, version: number, sequence: number): Uint8Array | undefined {
    const length = plain.length - plain[plain.length - 1] - 1 - this.keys.macLength
    if (length < 0 || !isPadded(plain)) return undefined
    writePseudoHeader(this.header, sequence, type, version, length)
    if (!same(this.keys.mac([this.header, plain.subarray(0, length)]), plain, length)) return undefined
    this.length = length
    return plain
  }

  private keep(bytes: Uint8Array, body: number): void {
    if (this.explicit === 0) this.chain = copyOf(bytes, body - this.keys.blockLength, body)
  }

  /** How much of a record is padding is not seen from without. Of one as long as the record that was opened last it is as much; else half a block. */
  content(wire: number, records: number): number {
    const { macLength, blockLength } = this.keys
    const [length, content] = this.usual
    const alike = Math.min(records, Math.floor(wire / length))
    const others = records - alike
    const rest = wire - alike * length - others * (HEADER + this.explicit + macLength + blockLength / 2)
    return Math.max(0, alike * content + (others > 0 ? Math.round(rest) : 0))
  }

  pass(bytes: Uint8Array, start: number, end: number): void {
    const body = this.encryptThenMac ? end - this.keys.macLength : end
    if (body - start >= this.keys.blockLength) this.keep(bytes, body)
  }

  lose(): void {
    if (this.explicit === 0) this.chain = undefined
  }

  save(): OpenerState {
    return { usual: this.usual, ...(this.explicit === 0 && { chain: this.chain && copyOf(this.chain) }) }
  }

  load({ chain, usual = this.usual }: OpenerState): void {
    this.usual = usual
    if (this.explicit === 0) this.chain = chain
  }
}
