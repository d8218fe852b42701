import { type Event, InvalidEvent } from '#events/define.ts'
import { backOff, type Pause } from '../back-off.ts'
import { type DeadLetters, Permanent, Transient } from '../port.ts'
import { type Delivery, Places } from './queue.ts'

export interface RetryPolicy extends Pause {
  /** Calls of a handler with one event, all told, before it goes to the dead letters. */
  attempts: number
}

/** Of one function, since its start, and what is in its queue now. */
export interface Counters {
  handled: number
  /** Calls that threw. */
  failed: number
  /** Calls again after one that threw. */
  retried: number
  dead: number
  running: number
  /** In the queue: running, waiting for their turn, or for their next try. */
  queued: number
}

export interface SubscriptionOptions {
  name: string
  types: readonly string[]
  handler: (event: Event) => Promise<void>
  concurrency: number
  maxQueue: number
  patienceMs: number
  retry: RetryPolicy
  deadLetters: DeadLetters
  log: (line: string) => void
  /** Called when its queue has become empty. */
  idle: () => void
}

/** One function's queue and the calls of its handler. What fails waits beside the queue for its next try, so that it holds up nothing but its place. */
export class Subscription {
  readonly name: string
  readonly places: Places
  readonly #options: SubscriptionOptions
  readonly #types: ReadonlySet<string>
  readonly #ready: Delivery[] = []
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #counts = { handled: 0, failed: 0, retried: 0, dead: 0 }
  #running = 0
  #scheduled = false
  #closed = false

  constructor(options: SubscriptionOptions) {
    this.#options = options
    this.name = options.name
    this.#types = new Set(options.types)
    this.places = new Places(options.name, options.maxQueue, options.patienceMs)
  }

  wants(event: Event): boolean {
    return this.#types.has(event.type)
  }

  /** Lets an event in, for which a place was taken. */
  push(event: Event): void {
    this.#ready.push({ event, attempts: 0 })
    this.#schedule()
  }

  counters(): Counters {
    return { ...this.#counts, running: this.#running, queued: this.places.taken }
  }

  /** No more calls begin; what waits is dropped. Those under way are not waited for here. */
  close(): void {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    const dropped = this.#ready.length + this.#timers.size
    this.#ready.length = 0
    this.#timers.clear()
    for (let i = 0; i < dropped; i++) this.#leave()
  }

  /** Calls begin in the event loop's next turn: functions that only compute, and publish to each other, would else keep sockets and timers waiting. */
  #schedule(): void {
    if (this.#scheduled || this.#ready.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#callNext()
    })
  }

  #callNext(): void {
    while (!this.#closed && this.#running < this.#options.concurrency) {
      const delivery = this.#ready.shift()
      if (!delivery) return
      this.#running += 1
      void this.#call(delivery).then((done) => {
        this.#running -= 1
        if (done) this.#leave()
        this.#schedule()
      })
    }
  }

  /** Whether nothing is left to do for the event; else it comes again. */
  async #call(delivery: Delivery): Promise<boolean> {
    delivery.attempts += 1
    if (delivery.attempts > 1) this.#counts.retried += 1
    try {
      await this.#options.handler(delivery.event)
      this.#counts.handled += 1
      return true
    } catch (error) {
      this.#counts.failed += 1
      return this.#failed(delivery, error instanceof Error ? error : new Error(String(error)))
    }
  }

  async #failed(delivery: Delivery, error: Error): Promise<boolean> {
    const { retry } = this.#options
    const never = error instanceof Permanent || error instanceof InvalidEvent
    if (!never && delivery.attempts < retry.attempts)
      return this.#later(delivery, error instanceof Transient ? error.retryAfterMs : undefined)
    return this.#bury(delivery, error)
  }

  async #bury(delivery: Delivery, error: Error): Promise<boolean> {
    const { deadLetters, log } = this.#options
    const { event, attempts } = delivery
    try {
      await deadLetters.keep(event, this.name, error.message, attempts)
    } catch (failure) {
      log(
        `${this.name}: event ${event.id} (${event.type}) could not be put to the dead letters, tried again: ${(failure as Error).message}`,
      )
      return this.#later(delivery, undefined)
    }
    log(`${this.name}: event ${event.id} (${event.type}) given up after ${attempts} ${attempts === 1 ? 'try' : 'tries'}: ${error.message}`)
    this.#counts.dead += 1
    return true
  }

  #later(delivery: Delivery, atLeastMs = 0): boolean {
    if (this.#closed) return true
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer)
        this.#ready.push(delivery)
        this.#callNext()
      },
      Math.max(backOff(delivery.attempts, this.#options.retry), atLeastMs),
    )
    this.#timers.add(timer)
    return false
  }

  #leave(): void {
    this.places.giveBack()
    if (this.places.taken === 0) this.#options.idle()
  }
}
