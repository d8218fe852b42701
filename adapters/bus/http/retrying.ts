import { setTimeout as sleep } from 'node:timers/promises'
import type { Event } from '#events/define.ts'
import { backOff, type Pause } from '../back-off.ts'
import { type Bus, Transient } from '../port.ts'

export interface Patience extends Partial<Pause> {
  /** Calls with one event, all told. 5 unless told. */
  attempts?: number
}

/** A bus that tries again what failed with `Transient`, a bounded number of times, and then throws what it was told last. A longer wait that the other side asks for is kept. */
export function retrying(bus: Bus, { attempts = 5, firstMs = 100, mostMs = 5_000 }: Patience = {}): Bus {
  async function publish(event: Event, attempt = 1): Promise<void> {
    try {
      return await bus.publish(event)
    } catch (error) {
      if (!(error instanceof Transient) || attempt >= attempts) throw error
      await sleep(Math.max(backOff(attempt, { firstMs, mostMs }), Math.min(error.retryAfterMs ?? 0, mostMs)))
      return publish(event, attempt + 1)
    }
  }
  return { publish: (event) => publish(event) }
}
