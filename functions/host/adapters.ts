import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Blobs } from '#adapters/blobs/port.ts'
import type { DeadLetters } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import type { Store } from '#adapters/store/port.ts'
import { Letters } from '../dead-letters/letters.ts'
import type { PortName } from './needs.ts'
import { once } from './once.ts'
import type { Settings } from './settings.ts'

/** The ports of the functions, whatever is behind them. */
export interface Adapters {
  store: Store
  state: State
  blobs: Blobs
  deadLetters: DeadLetters
  close(): Promise<void>
}

/** The same, each opened when it is first asked for: a function's instance loads only what it uses. */
export interface Ports {
  store(): Promise<Store>
  state(): Promise<State>
  blobs(): Promise<Blobs>
  deadLetters(): Promise<DeadLetters>
  isOpen(name: PortName): boolean
  /** Closes those that were opened. */
  close(): Promise<void>
}

/** Ports with the adapters that the settings name. An adapter that cannot be opened says why, and is tried again at the next call. */
export function openPorts(settings: Settings, log: (line: string) => void): Ports {
  const opened = new Map<PortName, () => Promise<void>>()
  const lazily = <Port extends { close(): Promise<void> }>(name: PortName, open: () => Promise<Port>): (() => Promise<Port>) =>
    once(async () => {
      const port = await open()
      opened.set(name, () => port.close())
      return port
    })
  const store = lazily('store', () => openStore(settings))
  const state = lazily('state', () => openState(settings, log))
  const blobs = lazily('blobs', () => openBlobs(settings, log))
  return {
    store,
    state,
    blobs,
    deadLetters: async () => new Letters(await state(), await blobs()),
    isOpen: (name) => opened.has(name),
    async close() {
      const all = [...opened.values()]
      opened.clear()
      for (const close of all) await close()
    },
  }
}

/** Opens all ports at once, for one process. Throws with one clear line when one cannot be used. */
export async function openAdapters(settings: Settings, log: (line: string) => void): Promise<Adapters> {
  const ports = openPorts(settings, log)
  try {
    return {
      state: await ports.state(),
      store: await ports.store(),
      blobs: await ports.blobs(),
      deadLetters: await ports.deadLetters(),
      close: ports.close,
    }
  } catch (error) {
    await ports.close()
    throw error
  }
}

async function openStore({ elasticsearch, keepDays, data }: Settings): Promise<Store> {
  if (elasticsearch) {
    const { openElasticsearch } = await import('#adapters/store/elasticsearch/store.ts')
    return openElasticsearch({ ...elasticsearch, keepDays })
  }
  const { openDuckDb } = await import('#adapters/store/duckdb/store.ts')
  await mkdir(data, { recursive: true })
  return openDuckDb({ directory: join(data, 'store'), memoryLimit: '256MB' })
}

async function openState({ redis, data }: Settings, log: (line: string) => void): Promise<State> {
  if (redis) {
    const { openRedis } = await import('#adapters/state/redis/state.ts')
    return openRedis({ ...redis, log })
  }
  const { openState } = await import('#adapters/state/embedded/state.ts')
  await mkdir(data, { recursive: true })
  return openState({ directory: join(data, 'state') })
}

async function openBlobs({ s3, data }: Settings, log: (line: string) => void): Promise<Blobs> {
  if (s3) {
    const { openS3 } = await import('#adapters/blobs/s3/blobs.ts')
    return openS3({ ...s3, log })
  }
  const { openBlobs } = await import('#adapters/blobs/files/blobs.ts')
  await mkdir(data, { recursive: true })
  return openBlobs({ directory: join(data, 'blobs') })
}
