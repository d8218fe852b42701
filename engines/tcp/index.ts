import type { Frame } from '../packet/frame.ts'
import type { Ends } from './ends.ts'

/** Conversations by their 5-tuple, either way round: chains in buckets, no key is built. */
export class FlowIndex<F extends Ends> {
  #buckets: (F | undefined)[] = new Array(1024).fill(undefined)
  #shift = 22
  size = 0

  find(frame: Frame, hash: number): F | undefined {
    let flow = this.#buckets[this.#bucket(hash)]
    while (flow !== undefined && (flow.hash !== hash || flow.sideOf(frame) < 0)) flow = flow.chained
    return flow
  }

  add(flow: F): void {
    if (++this.size > this.#buckets.length) this.#grow()
    this.#link(flow)
  }

  remove(flow: F): void {
    const bucket = this.#bucket(flow.hash)
    const first = this.#buckets[bucket]
    if (first === flow) this.#buckets[bucket] = flow.chained
    else {
      let before = first
      while (before && before.chained !== flow) before = before.chained
      if (!before) return
      before.chained = flow.chained
    }
    flow.chained = undefined
    this.size--
  }

  /** The hash's low bits may be the lane's, the same for all of a table: the upper bits of its product are not. */
  #bucket(hash: number): number {
    return Math.imul(hash, 0x9e3779b1) >>> this.#shift
  }

  #link(flow: F): void {
    const bucket = this.#bucket(flow.hash)
    flow.chained = this.#buckets[bucket]
    this.#buckets[bucket] = flow
  }

  #grow(): void {
    const old = this.#buckets
    this.#shift--
    this.#buckets = new Array(old.length * 2).fill(undefined)
    for (const first of old) {
      let flow = first
      while (flow) {
        const next = flow.chained
        this.#link(flow)
        flow = next
      }
    }
  }
}
