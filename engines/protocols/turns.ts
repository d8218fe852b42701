import type { Micros } from '../time.ts'

/** How long nobody must have said anything, in µs, before a request is taken for the first of a new conversation. */
const QUIET = 200_000
/** Requests answered one by one, after which pairing is certain again. */
const SETTLED = 8

export interface SavedTurns {
  presumed: number
  alternating: boolean
  answered: boolean
  last: number
}

/**
 * Whether answers can be counted, where they come in the order of the requests and nothing else joins them. After bytes were lost, nobody
 * knows how many requests or answers they held. Counting begins anew with a request that nothing can be open before:
 * - of a client that never sent one before it had the answer to the one before, once the server has spoken since; or
 * - after a while in which nobody said anything.
 * Neither is proof (a request that takes long may have been lost), so pairs are `presumed` until eight in a row went one by one.
 */
export class Turns {
  private left: number
  private alternating = true
  /** The server has spoken since the client's last request. */
  private answered = false
  private last = 0

  constructor(midway: boolean) {
    this.left = midway ? SETTLED : 0
  }

  /** Pairs are not certain. */
  get presumed(): boolean {
    return this.left > 0
  }

  serverSpoke(at: Micros): void {
    this.last = at
    this.answered = true
  }

  /** The client speaks. `begins`: a request; `waiting`: others wait for their answer; `uncertain`: nobody knows who is answered next. Answers whether it is known again, from this request on. */
  clientSpoke(begins: boolean, waiting: boolean, uncertain: boolean, at: Micros): boolean {
    const quiet = at - this.last > QUIET
    this.last = at
    if (!begins) return false
    const regained = uncertain && (quiet || (this.alternating && this.answered))
    if (regained) {
      this.left = SETTLED
      this.alternating = true
    } else if (waiting) this.alternating = false
    this.answered = false
    return regained
  }

  requestsLost(): void {
    this.answered = false
  }

  answersLost(): void {
    this.answered = true
  }

  /** A request is answered. `alone`: no other waits. */
  settle(alone: boolean): void {
    if (this.left > 0) this.left = alone ? this.left - 1 : SETTLED
  }

  save(): SavedTurns {
    const { left, alternating, answered, last } = this
    return { presumed: left, alternating, answered, last }
  }

  load({ presumed, alternating, answered, last }: SavedTurns): void {
    Object.assign(this, { left: presumed, alternating, answered, last })
  }
}
