import type { Blobs } from '#adapters/blobs/port.ts'
import type { State } from '#adapters/state/port.ts'
import type { Store } from '#adapters/store/port.ts'
import type { Families, Family } from '#events/documents/families.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Every family but hosts: their names are seen again and again, and their documents are few. */
const KEPT: Record<Exclude<Family, 'hosts'>, true> = { exchanges: true, sessions: true, packets: true, status: true, usage: true }

export interface RetentionPorts {
  state(): Promise<State>
  store(): Promise<Store>
  blobs(): Promise<Blobs>
}

/**
 * Drops documents, and packets and bodies, of days that are over for longer than `days`: whole slices of time, which is the same where the server drops them itself.
 * Of all who ask within an hour one does so; whether it was this one is answered. Who fails leaves it to the next.
 */
export async function retain(ports: RetentionPorts, days: number, holder: string, now: number): Promise<boolean> {
  const state = await ports.state()
  const hour = `retained/${Math.floor(now / HOUR_MS)}`
  const mine = new TextEncoder().encode(holder)
  if (Buffer.compare(await state.claim(hour, mine, HOUR_MS), mine) !== 0) return false
  try {
    await drop(ports, now - days * DAY_MS)
  } catch (error) {
    await state.set(hour, mine, 1)
    throw error
  }
  return true
}

async function drop({ store, blobs }: RetentionPorts, before: number): Promise<void> {
  for (const family of Object.keys(KEPT) as (keyof Families)[]) await (await store()).expire(family, before)
  for (const kind of ['packets', 'bodies', 'claims'] as const) await (await blobs()).expire(kind, before)
}
