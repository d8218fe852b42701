import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StateUnderTest } from '../contract.ts'
import { openRedis } from './state.ts'

/** A state under a prefix of its own; `closed` runs whenever it was closed. */
export function worldOn(url: string, closed = async () => {}): StateUnderTest {
  const prefix = `test-${randomBytes(6).toString('hex')}:`
  return {
    async open() {
      const state = await openRedis({ url, prefix, maxLogBytesPerLane: 4 << 20 })
      return { ...state, close: () => state.close().then(closed) }
    },
    // The server's clock counts.
    pass: (ms) => sleep(ms + 5),
    maxLogBytesPerLane: 4 << 20,
    remove: async () => {},
  }
}
