import { u24be } from '../../bytes/numbers.ts'
import { Carry } from '../../http/carry.ts'

/** Bytes before a message's body. */
export const HEADER = 4
/** Of one message's body. Certificate chains, and hellos with post-quantum key shares, stay far below; OpenSSL takes 100 KB of certificates. */
const LARGEST = 256 * 1024

export interface SavedFraming {
  kept: Uint8Array
  broken: boolean
}

/** One whole message: `whole`, from its header, lies in `bytes`, and its body in `start`..`end` of them. Valid until the next call. */
export interface Framed {
  type: number
  bytes: Uint8Array
  whole: number
  start: number
  end: number
}

/** Takes the handshake bytes of one direction apart into messages (RFC 8446 section 4), however records cut them. */
export class HandshakeFraming {
  /** A message was announced that is larger than any honest one, or bytes were lost within one: nothing behind it can be found. */
  broken = false
  private readonly kept = new Carry()

  /** Between two messages? RFC 8446 section 5.1: keys change only there. */
  get idle(): boolean {
    return this.kept.length === 0
  }

  /** The next bytes: `take` is given every message that is whole. */
  receive(bytes: Uint8Array, start: number, end: number, take: (message: Framed) => void): void {
    const { kept } = this
    let at = start
    while (at < end && !this.broken) {
      if (kept.length > 0 || at + HEADER > end || at + HEADER + u24be(bytes, at + 1) > end) {
        at = this.keep(bytes, at, end, take)
        continue
      }
      const body = at + HEADER
      const whole = at
      at = body + u24be(bytes, whole + 1)
      take({ type: bytes[whole], bytes, whole, start: body, end: at })
    }
  }

  /** Keeps what a message still needs of `at`..`end`, and says where the next one begins. */
  private keep(bytes: Uint8Array, at: number, end: number, take: (message: Framed) => void): number {
    const { kept } = this
    const needed = (): number => (kept.length < HEADER ? HEADER : HEADER + u24be(kept.bytes, 1))
    let next = at
    while (next < end && kept.length < needed()) {
      const to = Math.min(end, next + needed() - kept.length)
      kept.append(bytes, next, to)
      next = to
      if (kept.length >= HEADER && needed() - HEADER > LARGEST) return this.break(end)
    }
    if (kept.length < needed()) return next
    const { bytes: held, length } = kept
    kept.clear()
    take({ type: held[0], bytes: held, whole: 0, start: HEADER, end: length })
    return next
  }

  private break(end: number): number {
    this.broken = true
    this.kept.clear()
    return end
  }

  /** Bytes are missing here: what was begun is lost, and where the next message begins is known to the records alone. */
  lose(): void {
    this.kept.clear()
    this.broken = true
  }

  /** A message begins with the next byte: a handshake anew, or a record behind a loss. */
  reset(): void {
    this.kept.clear()
    this.broken = false
  }

  save(): SavedFraming {
    return { kept: this.kept.bytes.slice(0, this.kept.length), broken: this.broken }
  }

  load({ kept, broken }: SavedFraming): void {
    this.reset()
    this.kept.append(kept, 0, kept.length)
    this.broken = broken
  }
}
