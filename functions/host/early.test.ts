import { expect, it } from 'vitest'
import { agentStatus } from '#events/agent-status.ts'
import type { Event } from '#events/define.ts'
import { endOfCapture, packetsCaptured } from '#events/packets-captured.ts'
import { announcing } from './early.ts'
import { checkSource } from './sources.ts'

const attributes = { id: '1', time: '2026-01-05T10:00:00Z', partitionkey: 'web/3', sequence: 1 }
const packets = packetsCaptured.make('/agents/web', endOfCapture, attributes)
const status = agentStatus.make('/agents/web', agentStatus.example, attributes)

it('the first packets after a minute are told of at once, others and what else agents say are not', () => {
  const published: Event[] = []
  let now = 1_000_000
  const announce = announcing(
    { publish: async (event) => void published.push(event) },
    () => now,
    () => undefined,
  )
  announce(status)
  expect(published).toEqual([])
  for (const later of [0, 30_000, 60_000, 60_000]) {
    now += later
    announce(packets)
  }
  expect(published.map(({ type, data }) => [type, data])).toEqual([['lane.advanced.v1', { lane: 'web/3', sequence: 1 }]])
  now += 60_001
  announce(packets)
  expect(published).toHaveLength(2)
  for (const event of published) expect(() => checkSource(event)).not.toThrow()
})

it('a broker that is away is no reason not to take packets', async () => {
  const said: string[] = []
  const away = { publish: () => Promise.reject(new Error('away')) }
  announcing(
    away,
    () => 0,
    (line) => said.push(line),
  )(packets)
  await new Promise((resolve) => setImmediate(resolve))
  expect(said).toEqual(['sessions was not called early: away'])
})
