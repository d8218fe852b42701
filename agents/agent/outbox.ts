import { type Bus, Transient } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'
import { backOff } from './back-off.ts'
import { troubleOf } from './trouble.ts'

export interface OutboxOptions {
  bus: Bus
  /** Events that may wait; the oldest is given up when there are more. */
  most: number
  /** What was given up, or refused. */
  lost?(event: Event, reason: string): void
}

/** Sends events that have no place in a lane, one after the other, again and again until each is taken. */
export class Outbox {
  sent = { events: 0, retries: 0 }
  /** Why the last try failed; undefined when it did not. */
  trouble: string | undefined
  #options: OutboxOptions
  #waiting: Event[] = []
  #busy = false
  #failures = 0
  #closed = false
  #waiters: (() => void)[] = []

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0 && !this.#busy
  }

  send(event: Event): void {
    this.#waiting.push(event)
    if (this.#waiting.length > this.#options.most) this.#giveUp(this.#waiting[0], 'too much waits to be sent')
    void this.#pump()
  }

  /** Resolves when all was sent, or given up. */
  sentAll(): Promise<void> {
    return this.isEmpty || this.#closed ? Promise.resolve() : new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** Nothing is tried any more. */
  close(): void {
    this.#closed = true
    for (const event of [...this.#waiting]) this.#giveUp(event, 'it could not be sent before the end')
    this.#check()
  }

  #giveUp(event: Event, reason: string): void {
    this.#remove(event)
    this.#options.lost?.(event, reason)
  }

  #remove(event: Event): void {
    this.#waiting = this.#waiting.filter((other) => other !== event)
  }

  async #pump(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    while (this.#waiting.length > 0 && !this.#closed) await this.#try(this.#waiting[0])
    this.#busy = false
    this.#check()
  }

  async #try(event: Event): Promise<void> {
    try {
      await this.#options.bus.publish(event)
      this.trouble = undefined
      this.#failures = 0
      this.sent.events++
      this.#remove(event)
    } catch (error) {
      this.trouble = troubleOf(error as Error, 'in memory')
      if (!(error instanceof Transient)) return this.#giveUp(event, this.trouble)
      this.sent.retries++
      await pause(error.retryAfterMs ?? backOff(++this.#failures))
    }
  }

  #check(): void {
    if (!this.isEmpty && !this.#closed) return
    for (const resolve of this.#waiters.splice(0)) resolve()
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())
