import type { Event } from '#events/define.ts'
import { type Bus, type DeadLetters, Permanent, Transient } from '../port.ts'
import { type Counters, type RetryPolicy, Subscription } from './subscription.ts'

export interface RouterOptions {
  deadLetters: DeadLetters
  /** Told, one line each, what went to the dead letters. */
  log?: (line: string) => void
  /** Six tries within about seven seconds unless told. */
  retry?: Partial<RetryPolicy>
  /** How long `publish` waits for a place in a full queue. */
  patienceMs?: number
}

/** What a broker gives, in one process: events go to every function that wants their type, each with its own bounded queue. */
export interface Router extends Bus {
  /**
   * Calls `handler` with each event of these types, at least once, `concurrency` at a time, in no promised order. When it throws `Permanent` or `InvalidEvent` the event goes
   * to the dead letters at once, for anything else it is tried again with back-off. `maxQueue`: events taken and not done with, those that wait for their next try included.
   */
  subscribe(
    functionName: string,
    types: readonly string[],
    handler: (event: Event) => Promise<void>,
    bounds: { concurrency: number; maxQueue: number },
  ): void
  /**
   * Resolves when every function that wants the event has taken it into its queue. A full queue holds the caller back for up to `patienceMs` (30 s unless told), then
   * rejects with `Transient`; so it does at once when as many callers wait as the queue has places. Memory stays bounded, and functions that publish to each other cannot lock up.
   * An event that nobody wants is accepted, as a broker does, and counted.
   */
  publish(event: Event): Promise<void>
  /** Gives a dead letter to its function again, and to no other. Throws `Permanent` when there is no such function. */
  resend(functionName: string, event: Event): Promise<void>
  /** Resolves when nothing is queued, under way or waiting for its next try. */
  drained(): Promise<void>
  counters(): { functions: Record<string, Counters>; unwanted: number }
  /** Takes no more events and begins no more calls; resolves when those under way have ended. What waits is dropped: call `drained` before to have it done. */
  close(): Promise<void>
}

const RETRY: RetryPolicy = { attempts: 6, firstMs: 200, mostMs: 30_000 }

export function createRouter(options: RouterOptions): Router {
  const { deadLetters, log = () => {}, patienceMs = 30_000 } = options
  const retry = { ...RETRY, ...options.retry }
  const subscriptions = new Map<string, Subscription>()
  const idleWaiters: (() => void)[] = []
  let unwanted = 0
  let closed = false

  const isIdle = () => [...subscriptions.values()].every((subscription) => subscription.places.taken === 0)
  const idle = () => {
    if (!isIdle()) return
    for (const resolve of idleWaiters.splice(0)) resolve()
  }
  const drained = () => (isIdle() ? Promise.resolve() : new Promise<void>((resolve) => idleWaiters.push(resolve)))
  const letIn = async (event: Event, to: readonly Subscription[]) => {
    if (closed) throw stopping()
    await takePlaces(to)
    if (closed) {
      for (const { places } of to) places.giveBack()
      idle()
      throw stopping()
    }
    for (const subscription of to) subscription.push(event)
  }

  return {
    subscribe(name, types, handler, bounds) {
      if (subscriptions.has(name)) throw new Error(`function ${name} is subscribed already`)
      subscriptions.set(name, new Subscription({ name, types, handler, ...bounds, patienceMs, retry, deadLetters, log, idle }))
    },

    async publish(event) {
      const wanting = [...subscriptions.values()].filter((subscription) => subscription.wants(event))
      if (wanting.length === 0) unwanted += 1
      await letIn(event, wanting)
    },

    async resend(name, event) {
      const subscription = subscriptions.get(name)
      if (!subscription) throw new Permanent(`there is no function ${name} here`)
      await letIn(event, [subscription])
    },

    drained,
    counters: () => ({
      functions: Object.fromEntries([...subscriptions].map(([name, subscription]) => [name, subscription.counters()])),
      unwanted,
    }),

    close() {
      closed = true
      for (const subscription of subscriptions.values()) subscription.close()
      return drained()
    },
  }
}

const stopping = () => new Transient('Spider is being stopped', 5000)

/** A place in each queue, or in none: else an event refused by one would go twice to the others. */
async function takePlaces(subscriptions: readonly Subscription[]): Promise<void> {
  const taken = await Promise.allSettled(subscriptions.map((subscription) => subscription.places.take()))
  const refused = taken.find((outcome) => outcome.status === 'rejected')
  if (!refused) return
  for (const [i, outcome] of taken.entries()) if (outcome.status === 'fulfilled') subscriptions[i].places.giveBack()
  throw refused.reason
}
