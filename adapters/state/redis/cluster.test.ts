import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasRedis, leftOut, startRedisCluster } from '../../servers.case.ts'
import { stateContract } from '../contract.ts'
import { openRedis } from './state.ts'
import { worldOn } from './world.case.ts'

if (!hasRedis) leftOut('cluster.test.ts', 'redis-server is not installed')

describe.skipIf(!hasRedis)('a Cluster of three masters', () => {
  let cluster: Awaited<ReturnType<typeof startRedisCluster>>
  beforeAll(async () => {
    cluster = await startRedisCluster()
  })
  afterAll(() => cluster.remove())

  stateContract('redis cluster', async () => worldOn(cluster.url))

  it('spreads lanes and values over all masters', async () => {
    const state = await openRedis({ url: cluster.url, prefix: 'spread:' })
    const names = Array.from({ length: 300 }, (_, i) => `agent-${i}/${i % 16}`)
    await Promise.all(names.map((name) => state.append(name, 1, Buffer.from('x'))))
    await Promise.all(names.map((name) => state.set(`host/${name}`, Buffer.from('x'))))
    expect((await state.behind('')).sort()).toEqual([...names].sort())
    expect((await state.behind('agent-29')).sort()).toEqual(names.filter((name) => name.startsWith('agent-29')).sort())
    expect((await state.list('host/')).size).toBe(300)
    for (const { url } of cluster.nodes) {
      const node = new Redis(url)
      const keys = await node.keys('spread:*')
      expect(keys.filter((key) => key.includes('}:lane:')).length).toBeGreaterThan(50)
      expect(keys.filter((key) => key.endsWith('}:values:host/')).length).toBeGreaterThan(10)
      await node.quit()
    }
    await state.close()
  })

  it('goes on when a master went away and came back, with all that was acknowledged', async () => {
    const state = await openRedis({ url: cluster.url, prefix: 'away:', timeoutMs: 10_000 })
    const lanes = Array.from({ length: 30 }, (_, i) => `l${i}`)
    await Promise.all(lanes.map((lane) => state.append(lane, 1, Buffer.from('x'))))
    await cluster.nodes[1].end('SIGKILL')
    const appended = Promise.all(lanes.map((lane) => state.append(lane, 2, Buffer.from('x'))))
    await cluster.nodes[1].begin()
    await appended
    for (const lane of lanes) expect(await state.read(lane, 0, 9)).toHaveLength(2)
    await state.close()
  })

  it('is refused in one sentence when it is reached as one server', async () => {
    await expect(openRedis({ url: cluster.nodes[0].url })).rejects.toThrow(/is a Redis Cluster: use redis\+cluster:\/\//)
  })
})
