import { ACK, type Frame, SYN } from '#engines/packet/frame.ts'
import { conversationHash } from '#engines/packet/lane.ts'

/** What is kept has room again for conversations dropped before; those stay dropped until they have been silent this long (µs). */
const SILENCE = 60e6
const MOST_VICTIMS = 1_000_000
/** From this share of the limit on, new conversations are turned away; from the second on, also those that have begun. */
const NEW_FROM = 0.7
const OLD_FROM = 0.85
const NOTHING_FROM = 0.95
const WHOLE = 2 ** 32

/**
 * Chooses what to drop when what is kept until it is sent grows towards its limit: whole conversations, chosen by their
 * hash, so that the others stay complete. New ones go first; once dropped, a conversation stays dropped.
 */
export class Overflow {
  packets = 0
  bytes = 0
  conversations = 0
  #new = 0
  #old = 0
  #victims = new Map<number, number>()

  /** @param fill how much of the limit is taken, 0 … 1. */
  pressure(fill: number): void {
    this.#new = share(fill, NEW_FROM, OLD_FROM)
    this.#old = share(fill, OLD_FROM, NOTHING_FROM)
  }

  /** Whether this packet is dropped; counts it then. */
  drops(frame: Frame): boolean {
    if (this.#new === 0 && this.#victims.size === 0) return false
    const hash = conversationHash(frame) >>> 0
    const last = this.#victims.get(hash)
    if (last === undefined || frame.at - last > SILENCE) {
      if (!this.#chosen(hash, frame)) {
        if (last !== undefined) this.#victims.delete(hash)
        return false
      }
      this.conversations++
      // The oldest is forgotten: its rest would come as a fragment of a conversation.
      if (this.#victims.size >= MOST_VICTIMS) this.#victims.delete(this.#victims.keys().next().value as number)
    }
    this.#victims.set(hash, frame.at)
    this.packets++
    this.bytes += frame.originalLength
    return true
  }

  /** A hash's order is the same under any pressure: more of it only adds victims. */
  #chosen(hash: number, frame: Frame): boolean {
    const begins = frame.isTcp && (frame.flags & (SYN | ACK)) === SYN
    return hash < (begins ? Math.max(this.#new, this.#old) : this.#old) * WHOLE
  }
}

const share = (fill: number, from: number, to: number): number => Math.min(1, Math.max(0, (fill - from) / (to - from)))
