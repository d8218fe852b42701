import { u32be } from '../bytes/numbers.ts'
import { utf8 } from '../bytes/text.ts'
import type { Message } from '../protocols/call.ts'
import type { Micros } from '../time.ts'

/** Messages told of one call; further ones are counted in its bytes alone. */
export const MOST_MESSAGES = 1000
/** Kept of the trailers in a gRPC-Web body. */
const LARGEST_TRAILERS = 8 * 1024
/** A flag and the length. */
export const HEAD = 5
export const COMPRESSED = 0x01
/** gRPC-Web: the frame holds trailers. */
export const TRAILERS = 0x80

export interface SavedMessages {
  head: Uint8Array
  headLength: number
  left: number
  lost: boolean
  trailers: string | undefined
  inTrailers: boolean
}

/** Takes a body apart into the messages of gRPC (Length-Prefixed-Message: a flag, four bytes of length, the message), while it passes. */
export class PrefixedMessages {
  /** Of a gRPC-Web answer, as they stand in its body. */
  trailers: string | undefined = undefined
  private readonly head = new Uint8Array(HEAD)
  private headLength = 0
  private left = 0
  private lost = false
  private inTrailers = false

  /** Each message is told when its last byte comes. */
  add(bytes: Uint8Array, start: number, end: number, direction: Message['direction'], at: Micros, found: Message[]): void {
    let from = start
    while (from < end && !this.lost) {
      if (this.headLength < HEAD) {
        this.head[this.headLength++] = bytes[from++]
        if (this.headLength < HEAD) continue
        this.left = u32be(this.head, 1)
        this.inTrailers = (this.head[0] & TRAILERS) !== 0
        if (this.inTrailers) this.trailers = ''
      } else {
        const to = Math.min(end, from + this.left)
        if (this.inTrailers && this.trailers!.length < LARGEST_TRAILERS) this.trailers += utf8(bytes, from, to)
        this.left -= to - from
        from = to
      }
      if (this.left === 0) this.finish(direction, at, found)
    }
  }

  private finish(direction: Message['direction'], at: Micros, found: Message[]): void {
    this.headLength = 0
    if (this.inTrailers || found.length >= MOST_MESSAGES) return
    found.push({ direction, at, bytes: u32be(this.head, 1), type: (this.head[0] & COMPRESSED) !== 0 ? 'compressed' : 'message' })
  }

  /** Bytes are missing: where the next message begins is not known. */
  lose(): void {
    this.lost = true
  }

  save(): SavedMessages {
    const { head, headLength, left, lost, trailers, inTrailers } = this
    return { head: head.slice(), headLength, left, lost, trailers, inTrailers }
  }

  static load({ head, headLength, left, lost, trailers, inTrailers }: SavedMessages): PrefixedMessages {
    const messages = new PrefixedMessages()
    messages.head.set(head)
    Object.assign(messages, { headLength, left, lost, trailers, inTrailers })
    return messages
  }
}
