import type { Stream } from './stream.ts'

const HELD = 1
const USED = 2

/**
 * Streams whose readers keep what makes them fast: those that were used last, about so many. The others rest. Where streams come back soon
 * after they were put to rest, so many are in use: there is room for more, up to a bound.
 */
export class Warm {
  private readonly streams: (Stream | undefined)[]
  private readonly most: number
  private hand = 0
  /** How many were put to rest. */
  private rested = 0

  constructor(usual: number, most: number) {
    this.streams = new Array(usual).fill(undefined)
    this.most = most
  }

  /** A stream is used: for another one, which was not for a while, there may be no more room (the clock algorithm). */
  use(stream: Stream): void {
    if (stream.warmth <= 0) this.hold(stream)
    stream.warmth = HELD | USED
  }

  private hold(stream: Stream): void {
    const { streams } = this
    if (stream.warmth < 0 && streams.length < this.most && this.rested + stream.warmth < this.most) {
      streams.push(stream)
      return
    }
    let old = streams[this.hand]
    while (old !== undefined && (old.warmth & USED) !== 0) {
      old.warmth = HELD
      this.hand = (this.hand + 1) % streams.length
      old = streams[this.hand]
    }
    if (old !== undefined) {
      old.warmth = -++this.rested
      old.rest()
    }
    streams[this.hand] = stream
    this.hand = (this.hand + 1) % streams.length
  }
}
