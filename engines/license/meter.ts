/** Between two readings of a busy process at most so much CPU is used, ms: what is lost when it is killed. */
const BUSY = 1_000
/** A process that does little is read this often, ms. */
const IDLE = 60_000
/** Less than this is not worth a reading of its own, ms of CPU. */
const LITTLE = 20

/** Decides when the counter of a process is worth telling: soon while it works, seldom while it does not, never when nothing was used. */
export class Meter {
  #cpu = 0
  #at: number

  /** `from`: when the counter began at zero, ms since 1970. */
  constructor(from: number) {
    this.#at = from
  }

  /** Whether to tell a counter (ms of CPU) now. `last`: nothing comes after it. */
  due(cpu: number, now: number, last = false): boolean {
    const used = cpu - this.#cpu
    const due = last ? used > 0 : used >= BUSY || (used >= LITTLE && now - this.#at >= IDLE)
    if (!due) return false
    this.#cpu = cpu
    this.#at = now
    return true
  }
}
