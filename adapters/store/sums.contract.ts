import { afterAll, beforeAll, expect, it } from 'vitest'
import type { UsageDocument } from '#events/documents/usage.ts'
import type { Scope, Store } from './port.ts'
import { NOON, usage } from './samples.case.ts'

const RED: Scope = { team: 'red', principal: 'tester' }
const MINUTE = 60_000
const SUMS = ['sum:client.bytes', 'sum:server.bytes', 'sum:spider.connections'] as const

/** What every store must sum; called by `storeContract`. */
export function sumsContract(open: () => Promise<Store>): void {
  let store: Store
  beforeAll(async () => {
    store = await open()
  })
  afterAll(() => store.close())
  const keep = async (...documents: UsageDocument[]): Promise<void> => {
    await store.save(RED, 'usage', documents)
    await store.flush()
  }
  const summed = (by: string[], from = NOON, scope = RED) =>
    store.aggregate(scope, 'usage', {
      from,
      to: from + MINUTE,
      filter: { kind: 'all' },
      groupBy: by.map((dimension) => ({ dimension })),
      metrics: SUMS,
      sort: { by: 'sum:server.bytes', order: 'desc' },
      most: 2,
    })
  const figures = (count: number, client: number, server = client * 1000) => ({
    count,
    [SUMS[0]]: client,
    [SUMS[1]]: server,
    [SUMS[2]]: client,
  })

  it('is summed by any of its fields, and counts once when it comes twice', async () => {
    const documents = [
      usage(1, NOON, 'nginx', '10.2.0.7'),
      usage(2, NOON, 'nginx', '10.2.0.8'),
      usage(4, NOON + 10_000, 'curl', '10.2.0.7'),
      usage(8, NOON + 10_000, 'nginx', '10.2.0.7'),
    ]
    for (const _ of [1, 2]) await keep(...documents)
    const { groups, total } = await summed(['process.name', 'client.address', 'server.address', 'server.port', 'host.hostname'])
    expect(total).toEqual(figures(4, 15))
    expect(groups).toEqual([
      { key: ['nginx', '10.1.0.9', '10.2.0.7', 80, 'web'], ...figures(2, 9) },
      { key: ['curl', '10.1.0.9', '10.2.0.7', 80, 'web'], ...figures(1, 4) },
    ])
  })

  it('of a team that has none is none', async () => {
    await keep(usage(1, NOON + MINUTE, 'nginx', '10.2.0.7'))
    expect(await summed(['process.name'], NOON + MINUTE, { ...RED, team: 'blue' })).toEqual({ groups: [], total: { count: 0 } })
  })

  it('without a value adds nothing', async () => {
    const { server: _, ...others } = usage(1, NOON + 2 * MINUTE, 'nginx', '10.2.0.7')
    await keep(others as UsageDocument, usage(2, NOON + 2 * MINUTE, 'nginx', '10.2.0.7'))
    expect((await summed([], NOON + 2 * MINUTE)).total).toEqual(figures(2, 3, 2000))
  })
}
