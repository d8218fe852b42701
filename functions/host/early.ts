import type { Bus } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { wake } from './sweep.ts'

/** As long as `sessions` stays after its last call, at least. */
const QUIET_MS = 60_000

/**
 * The first packets after a while are announced before they are kept: `sessions` starts while `ingest` still opens what it works with, and not after it. It finds nothing yet, and is
 * there when the packets are told of; nothing rests on this event.
 */
export function announcing(bus: Bus, now: () => number, log: (line: string) => void): (event: Event) => void {
  let last = Number.NEGATIVE_INFINITY
  return ({ type, partitionkey }) => {
    if (type !== packetsCaptured.type || partitionkey === undefined) return
    const isFirst = now() - last > QUIET_MS
    last = now()
    if (!isFirst) return
    wake(partitionkey, bus, now, '/functions/ingest').catch((error: Error) => log(`sessions was not called early: ${error.message}`))
  }
}
