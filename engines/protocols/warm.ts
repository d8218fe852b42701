import type { Stream } from './stream.ts'

const HELD = 1
const USED = 2

/** Streams whose readers keep what makes them fast: those that were used last, about so many. The others rest. */
export class Warm {
  private readonly streams: (Stream | undefined)[]
  private hand = 0

  constructor(most: number) {
    this.streams = new Array(most).fill(undefined)
  }

  /** A stream is used: for another one, which was not for a while, there may be no more room (the clock algorithm). */
  use(stream: Stream): void {
    if (stream.warmth === 0) this.hold(stream)
    stream.warmth = HELD | USED
  }

  private hold(stream: Stream): void {
    const { streams } = this
    let old = streams[this.hand]
    while (old !== undefined && (old.warmth & USED) !== 0) {
      old.warmth = HELD
      this.hand = (this.hand + 1) % streams.length
      old = streams[this.hand]
    }
    if (old !== undefined) {
      old.warmth = 0
      old.rest()
    }
    streams[this.hand] = stream
    this.hand = (this.hand + 1) % streams.length
  }
}
