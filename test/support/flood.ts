import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { call } from '#adapters/store/samples.case.ts'
import { PAGE } from '#functions/host/page-folder.ts'
import { createPages } from '#functions/host/server.ts'
import { LiveFeed } from '#functions/query/live.ts'

const SCOPE = { team: 'red', principal: 'test' }
const BATCH_MS = 100
const STATUSES = [200, 200, 200, 200, 200, 200, 201, 304, 404, 500]

/** The page over a store that calls pour into, as they do when one process captures: kept, then told to the live feed. */
export interface Flood {
  url: string
  /** Stores so many calls of now. */
  pour(calls: number): Promise<void>
  /** Stores so many calls a second. Answers how many it were. */
  flow(perSecond: number, seconds: number): Promise<number>
  /** How many calls the store has, of all or of some filter, as the API counts them. */
  stored(q?: string): Promise<number>
  close(): Promise<void>
}

export async function openFlood(): Promise<Flood> {
  const store = await openDuckDb({ directory: ':memory:' })
  const live = new LiveFeed()
  const app = await createPages(
    {
      store,
      live,
      state: await openState(),
      scope: () => SCOPE,
      now: Date.now,
      health: async () => ({}),
      blobs: undefined as never,
      deadLetters: undefined as never,
      resend: async () => undefined,
    },
    PAGE,
  )
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  let poured = 0
  const pour = async (calls: number): Promise<void> => {
    const now = Date.now()
    const lines = Array.from({ length: calls }, () => {
      const n = poured++
      return JSON.stringify(call(`call-${n}`, now, { status: STATUSES[n % 10], path: `/things/${n}`, server: `service-${n % 7}.shop` }))
    })
    await store.saveJson(SCOPE, 'exchanges', lines)
    await store.flush()
    live.offer(lines)
  }
  return {
    url,
    pour,
    async flow(perSecond, seconds) {
      const [began, before, all] = [performance.now(), poured, perSecond * seconds]
      while (poured - before < all) {
        const due = Math.min(Math.ceil(((performance.now() - began) / 1000) * perSecond), all) - (poured - before)
        if (due > 0) await pour(due)
        await sleep(BATCH_MS)
      }
      return all
    },
    async stored(q = '') {
      const answer = await fetch(`${url}/api/v1/exchanges?${new URLSearchParams({ q, size: '0' })}`)
      return ((await answer.json()) as { total: number }).total
    },
    async close() {
      await app.close()
      await store.close()
    },
  }
}
