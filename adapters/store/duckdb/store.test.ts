import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { storeContract } from '../contract.ts'
import type { Store } from '../port.ts'
import { openDuckDb } from './store.ts'

const directories = new Map<Store, string>()
const made: string[] = []

async function open(directory?: string): Promise<Store> {
  const at = directory ?? (await mkdtemp(join(tmpdir(), 'store-')))
  if (directory === undefined) made.push(at)
  const store = await openDuckDb({ directory: at })
  directories.set(store, at)
  return store
}

afterAll(async () => {
  for (const directory of made) await rm(directory, { recursive: true, force: true })
})

describe('DuckDB', () => {
  storeContract(
    () => open(),
    async (store) => {
      await store.close()
      return open(directories.get(store))
    },
  )
})
