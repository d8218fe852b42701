import type { Ends } from './ends.ts'

/** Which conversations changed, and which are gone, since somebody asked. */
export class Changes<F extends Ends, Saved> {
  #tracked: boolean
  #save: (flow: F) => Saved
  #changed: F[] = []
  #removed: string[] = []

  constructor(tracked: boolean, save: (flow: F) => Saved) {
    this.#tracked = tracked
    this.#save = save
  }

  note(flow: F): void {
    if (!this.#tracked || flow.changed) return
    flow.changed = true
    this.#changed.push(flow)
  }

  remove(flow: F): void {
    if (!this.#tracked) return
    flow.gone = true
    this.#removed.push(flow.key)
  }

  take(): { changed: Saved[]; removed: string[] } {
    const changed = this.#changed.filter((flow) => !flow.gone).map(this.#save)
    for (const flow of this.#changed) {
      flow.changed = false
      flow.forget()
    }
    const removed = this.#removed
    this.#changed = []
    this.#removed = []
    return { changed, removed }
  }

  /** Everything in lists that begin with their oldest. */
  all(...lists: (F | undefined)[]): Saved[] {
    const saved: Saved[] = []
    for (const first of lists) for (let flow = first; flow; flow = flow.newer) saved.push(this.#save(flow))
    return saved
  }
}
