import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedis, leftOut, type RedisServer, startRedis } from '../../servers.case.ts'
import { stateContract } from '../contract.ts'
import { openRedis } from './state.ts'
import { worldOn } from './world.case.ts'

const given = process.env.REDIS_URL
if (!hasRedis) leftOut('state.test.ts', `redis-server is not installed${given ? ': only what needs no restart of a server is tested' : ''}`)

if (given) stateContract('redis, the one of REDIS_URL', async () => worldOn(given))

describe.skipIf(!hasRedis)('a Redis of its own', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.remove())

  stateContract('redis', async () => worldOn(server.url))

  stateContract('redis, killed and started again whenever the state is closed', async () =>
    worldOn(server.url, async () => {
      await server.end('SIGKILL')
      await server.begin()
    }),
  )

  it('keeps two states under two prefixes apart', async () => {
    const [one, other] = await Promise.all(['one:', 'other:'].map((prefix) => openRedis({ url: server.url, prefix })))
    await one.append('l', 1, Buffer.from('x'))
    await one.set('k', Buffer.from('v'))
    expect([await other.behind(''), await other.list(''), await one.behind('')]).toEqual([[], new Map(), ['l']])
    await Promise.all([one.close(), other.close()])
  })

  it('is shared by many clients: each lane has one holder, each entry is appended once, the bound holds', async () => {
    const states = await Promise.all(
      Array.from({ length: 5 }, () => openRedis({ url: server.url, prefix: 'shared:', maxLogBytesPerLane: 100 })),
    )
    const leases = await Promise.all(states.map((state, i) => state.lease('l', `holder ${i}`, 1000)))
    expect(leases.filter(Boolean)).toHaveLength(1)
    const appended = await Promise.allSettled(
      states.flatMap((state) => [1, 2, 3, 4, 5].map((i) => state.append('l', i, new Uint8Array(30)))),
    )
    const outcomes = appended.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.name))
    expect(outcomes.filter((outcome) => outcome === 'appended')).toHaveLength(3)
    expect(await states[0].read('l', 0, 10)).toHaveLength(3)
    await Promise.all(states.map((state) => state.close()))
  })

  it('leaves nothing of values that ended, and forgets lanes that rest', async () => {
    const state = await openRedis({ url: server.url, prefix: 'short:', forgetLanesAfterMs: 50 })
    for (let i = 0; i < 500; i++) await state.set(`observer/${i}`, Buffer.from('x'), 20)
    await state.append('l', 1, Buffer.from('x'))
    const lease = (await state.lease('l', 'a', 10))!
    await state.commit(lease, 1, new Map([['open', Buffer.from('x')]]))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await state.list('')).toEqual(new Map())
    expect(await state.load('l')).toEqual({ cursor: undefined, checkpoints: new Map() })
    expect(await keysOf(server, 'short:')).toEqual(['short:format'])
    await state.close()
  })

  it('keeps ended values below about a third while others come', async () => {
    const state = await openRedis({ url: server.url, prefix: 'flow:' })
    await state.set('observer/kept', Buffer.from('x'))
    for (let i = 0; i < 20_000; i += 500)
      await Promise.all(Array.from({ length: 500 }, (_, j) => state.set(`observer/${i + j}`, Buffer.from('x'), 1)))
    const { Redis } = await import('ioredis')
    const client = new Redis(server.url)
    const sizes = await Promise.all((await keysOf(server, 'flow:')).filter((key) => key.includes('values:')).map((key) => client.hlen(key)))
    await client.quit()
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2000)
    await state.close()
  })
})

async function keysOf(server: RedisServer, prefix: string): Promise<string[]> {
  const { Redis } = await import('ioredis')
  const client = new Redis(server.url)
  const keys = await client.keys(`${prefix}*`)
  await client.quit()
  return keys
}
