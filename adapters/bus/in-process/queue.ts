import type { Event } from '#events/define.ts'
import { Transient } from '../port.ts'

export interface Delivery {
  event: Event
  /** How often the handler was called with it. */
  attempts: number
}

/** The places of one function's queue. A place is taken before an event is let in and given back when it is done with, so retries count too. */
export class Places {
  readonly #function: string
  readonly #most: number
  readonly #patienceMs: number
  readonly #waiting = new Set<{ admit: () => void }>()
  #taken = 0

  constructor(func: string, most: number, patienceMs: number) {
    this.#function = func
    this.#most = most
    this.#patienceMs = patienceMs
  }

  get taken(): number {
    return this.#taken
  }

  /** Takes a place, waiting for one a while. Throws `Transient` when none comes free, or when as many wait already as there are places. */
  async take(): Promise<void> {
    if (this.#taken < this.#most) {
      this.#taken += 1
      return
    }
    if (this.#waiting.size >= this.#most) throw this.#full()
    await new Promise<void>((resolve, reject) => {
      const waiter = {
        admit: () => {
          clearTimeout(timer)
          resolve()
        },
      }
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter)
        reject(this.#full())
      }, this.#patienceMs)
      this.#waiting.add(waiter)
    })
  }

  /** Gives a place back, to whoever waits longest. */
  giveBack(): void {
    const [longest] = this.#waiting
    if (longest) {
      this.#waiting.delete(longest)
      longest.admit()
    } else this.#taken -= 1
  }

  #full(): Transient {
    return new Transient(`the queue of function ${this.#function} is full (${this.#most} events)`, 1000)
  }
}
