import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import type { Blobs } from '#adapters/blobs/port.ts'
import { openDeadLetters } from '#adapters/bus/dead-letters/dead-letters.ts'
import type { DeadLetters } from '#adapters/bus/port.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'

/** The ports of the functions, whatever is behind them. */
export interface Adapters {
  store: Store
  state: State
  blobs: Blobs
  deadLetters: DeadLetters
  close(): Promise<void>
}

/** Opens the embedded adapters in a data directory, which is made when it is not there. Throws with one clear line when it is locked, of another version, or not to be written. */
export async function openEmbedded(directory: string): Promise<Adapters> {
  await mkdir(directory, { recursive: true })
  const state = await openState({ directory: join(directory, 'state') })
  const store = await openDuckDb({ directory: join(directory, 'store'), threads: 1, memoryLimit: '256MB' })
  const blobs = await openBlobs({ directory: join(directory, 'blobs') })
  const deadLetters = await openDeadLetters({ directory: join(directory, 'dead-letters') })
  return {
    store,
    state,
    blobs,
    deadLetters,
    async close() {
      await store.close()
      await blobs.close()
      await state.close()
    },
  }
}
