import type { Blobs } from '#adapters/blobs/port.ts'
import type { Closer } from './server.ts'

const EVERY_MS = 10 * 60_000

/** Lets go of packets and bodies that came longer ago than they are to be kept, now and every ten minutes. Answers what ends that. */
export function keepTidy(blobs: Blobs, keepMs: number, log: (line: string) => void): Closer {
  const tidy = async (): Promise<void> => {
    try {
      for (const kind of ['packets', 'bodies', 'claims'] as const) await blobs.expire(kind, Date.now() - keepMs)
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
