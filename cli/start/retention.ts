import type { Adapters } from '#functions/host/embedded.ts'
import type { Closer } from './server.ts'

const EVERY_MS = 10 * 60_000

/** Lets go of what is older than it is to be kept, now and every ten minutes. Answers what ends that. */
export function keepTidy({ store, blobs }: Adapters, keep: { keepMs: number; keepPacketsMs: number }, log: (line: string) => void): Closer {
  const tidy = async (): Promise<void> => {
    try {
      const now = Date.now()
      for (const family of ['status', 'hosts'] as const) await store.expire(family, now - keep.keepMs)
      for (const kind of ['packets', 'bodies', 'claims'] as const) await blobs.expire(kind, now - keep.keepPacketsMs)
    } catch (error) {
      log(`what is old could not be removed: ${(error as Error).message}`)
    }
  }
  let running = tidy()
  const timer = setInterval(() => {
    running = tidy()
  }, EVERY_MS)
  return async () => {
    clearInterval(timer)
    await running
  }
}
