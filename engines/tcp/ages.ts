import type { Ends } from './ends.ts'

/** Conversations by when they were last touched, oldest first: a list through the conversations themselves. */
export class Ages<F extends Ends> {
  size = 0
  oldest: F | undefined
  #newest: F | undefined

  add(flow: F, now: number): void {
    flow.touched = now
    flow.older = this.#newest
    flow.newer = undefined
    if (this.#newest) this.#newest.newer = flow
    else this.oldest = flow
    this.#newest = flow
    this.size++
  }

  remove(flow: F): void {
    if (flow.older) flow.older.newer = flow.newer
    else this.oldest = flow.newer
    if (flow.newer) flow.newer.older = flow.older
    else this.#newest = flow.older
    flow.older = flow.newer = undefined
    this.size--
  }

  touch(flow: F, now: number): void {
    if (flow !== this.#newest) {
      this.remove(flow)
      this.add(flow, now)
    } else flow.touched = now
  }
}
