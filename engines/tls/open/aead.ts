import type { OpenAead } from '../ciphers.ts'
import { HEADER, type Opener, type Room, writePseudoHeader, writeSequence } from './opener.ts'

const NONCE = 12
const LARGEST_CONTENT = 16_384

/** The agreed nonce, with the sequence number laid over its end (RFC 8446 section 5.3, RFC 7905 section 2). */
class Nonce {
  readonly bytes: Uint8Array
  private readonly iv: Uint8Array

  constructor(iv: Uint8Array) {
    this.iv = iv
    this.bytes = new Uint8Array(NONCE)
    this.bytes.set(iv)
  }

  at(sequence: number): Uint8Array {
    const { bytes, iv } = this
    writeSequence(bytes, 4, sequence)
    for (let i = 4; i < NONCE; i++) bytes[i] ^= iv[i]
    return bytes
  }
}

/** Records of TLS 1.3 (RFC 8446 section 5.2): what they really are, and padding, is sealed with the content. */
export class Aead13 implements Opener {
  type = 0
  length = 0
  private readonly unseal: OpenAead
  private readonly room: Room
  private readonly tagLength: number
  private readonly nonce: Nonce
  private readonly header = new Uint8Array(HEADER)

  constructor(unseal: OpenAead, iv: Uint8Array, tagLength: number, room: Room) {
    this.room = room
    this.unseal = unseal
    this.tagLength = tagLength
    this.nonce = new Nonce(iv)
  }

  open(type: number, version: number, sequence: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const { header, tagLength } = this
    const length = end - start
    if (length <= tagLength) return undefined
    header[0] = type
    header[1] = version >>> 8
    header[2] = version
    header[3] = length >>> 8
    header[4] = length
    const plain = this.unseal(this.nonce.at(sequence), header, bytes, start, length - tagLength, this.room.bytes)
    if (plain === undefined) return undefined
    let last = length - tagLength - 1
    while (last > 0 && plain[last] === 0) last--
    this.type = plain[last]
    this.length = last
    return plain
  }

  content(wire: number, records: number): number {
    return Math.max(0, wire - records * (HEADER + 1 + this.tagLength))
  }
}

/** Records of TLS 1.2 with an AEAD (RFC 5246 section 6.2.3.3), whose nonce is partly sent with them (RFC 5288, RFC 6655) or not at all (RFC 7905). */
export class Aead12 implements Opener {
  type = 0
  length = 0
  private readonly unseal: OpenAead
  private readonly room: Room
  private readonly tagLength: number
  private readonly explicit: number
  private readonly nonce: Nonce
  private readonly header = new Uint8Array(13)

  constructor(unseal: OpenAead, iv: Uint8Array, explicit: number, tagLength: number, room: Room) {
    this.room = room
    this.unseal = unseal
    this.tagLength = tagLength
    this.explicit = explicit
    this.nonce = new Nonce(iv)
  }

  open(type: number, version: number, sequence: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const { explicit, tagLength, header } = this
    const length = end - start - explicit - tagLength
    if (length < 0 || length > LARGEST_CONTENT) return undefined
    writePseudoHeader(header, sequence, type, version, length)
    let nonce: Uint8Array
    if (explicit === 0) nonce = this.nonce.at(sequence)
    else {
      nonce = this.nonce.bytes
      for (let i = 0; i < explicit; i++) nonce[NONCE - explicit + i] = bytes[start + i]
    }
    this.type = type
    this.length = length
    return this.unseal(nonce, header, bytes, start + explicit, length, this.room.bytes)
  }

  content(wire: number, records: number): number {
    return Math.max(0, wire - records * (HEADER + this.explicit + this.tagLength))
  }
}
