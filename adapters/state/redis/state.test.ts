import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe } from 'vitest'
import { hasRedis, leftOut, startRedis } from '../../servers.case.ts'
import { stateContract } from '../contract.ts'
import { openRedis } from './state.ts'

if (!hasRedis && !process.env.REDIS_URL) leftOut('state.test.ts', 'redis-server is not installed and REDIS_URL is not set')

/** Each test has keys of its own on one server. */
async function onServer(url: string, afterClose = async () => {}) {
  const prefix = `test-${randomBytes(6).toString('hex')}:`
  const open = async () => {
    const state = await openRedis({ url, prefix, maxLogBytesPerLane: 4 << 20 })
    return { ...state, close: () => state.close().then(afterClose) }
  }
  return { open, pass: async (ms: number) => void (await sleep(ms + 5)), maxLogBytesPerLane: 4 << 20, remove: async () => {} }
}

describe.skipIf(!hasRedis)('a Redis of its own', () => {
  const server = startRedis()
  stateContract('redis', async () => onServer((await server).url))
})
