import { setTimeout as sleep } from 'node:timers/promises'
import type { Event } from '#events/define.ts'
import { type Bus, Transient } from '../port.ts'

export interface Patience {
  /** Calls with one event, all told. 5 unless told. */
  attempts?: number
  /** Wait before the second call, ms; doubled before each further one up to `mostMs`, and spread by half to either side. */
  firstMs?: number
  mostMs?: number
}

/** A bus that tries again what failed with `Transient`, a bounded number of times, and then throws what it was told last. A longer wait that the other side asks for is kept. */
export function retrying(bus: Bus, { attempts = 5, firstMs = 100, mostMs = 5_000 }: Patience = {}): Bus {
  async function publish(event: Event, attempt = 1): Promise<void> {
    try {
      return await bus.publish(event)
    } catch (error) {
      if (!(error instanceof Transient) || attempt >= attempts) throw error
      const backOff = Math.min(mostMs, firstMs * 2 ** (attempt - 1)) * (0.5 + Math.random())
      await sleep(Math.max(backOff, Math.min(error.retryAfterMs ?? 0, mostMs)))
      return publish(event, attempt + 1)
    }
  }
  return { publish: (event) => publish(event) }
}
