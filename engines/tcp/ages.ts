import type { Flow } from './flow.ts'

/** Connections by when they were last touched, oldest first: a list through the connections themselves. */
export class Ages {
  size = 0
  oldest: Flow | undefined
  #newest: Flow | undefined

  add(flow: Flow, now: number): void {
    flow.touched = now
    flow.older = this.#newest
    flow.newer = undefined
    if (this.#newest) this.#newest.newer = flow
    else this.oldest = flow
    this.#newest = flow
    this.size++
  }

  remove(flow: Flow): void {
    if (flow.older) flow.older.newer = flow.newer
    else this.oldest = flow.newer
    if (flow.newer) flow.newer.older = flow.older
    else this.#newest = flow.older
    flow.older = flow.newer = undefined
    this.size--
  }

  touch(flow: Flow, now: number): void {
    if (flow !== this.#newest) {
      this.remove(flow)
      this.add(flow, now)
    } else flow.touched = now
  }
}
