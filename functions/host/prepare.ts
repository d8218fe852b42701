import { setTimeout as sleep } from 'node:timers/promises'

const FIRST_MS = 500
const MOST_MS = 15_000

/** Opens what an instance needs before its first event, and tries again until it is there, with one line each time. Ends early when `signal` is aborted. */
export async function prepare(name: string, open: () => Promise<unknown>, log: (line: string) => void, signal: AbortSignal): Promise<void> {
  for (let wait = FIRST_MS; !signal.aborted; wait = Math.min(wait * 2, MOST_MS)) {
    try {
      await open()
      return
    } catch (error) {
      log(`${name}: ${(error as Error).message}; tried again in ${wait / 1000} s`)
      await sleep(wait, undefined, { signal }).catch(() => undefined)
    }
  }
}
