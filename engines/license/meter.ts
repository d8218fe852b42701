/** Between two readings at most so much CPU is used, ms: what is lost when a process is killed. */
const STEP = 1_000

/** Decides when the counter of a process is worth telling: soon while it works, never while it does not, so that nobody is woken for nothing. */
export class Meter {
  #cpu = 0

  /** Whether to tell a counter (ms of CPU). `last`: nothing comes after it. */
  due(cpu: number, last = false): boolean {
    const used = cpu - this.#cpu
    if (last ? used <= 0 : used < STEP) return false
    this.#cpu = cpu
    return true
  }
}
