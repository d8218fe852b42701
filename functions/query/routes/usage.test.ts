import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import { InvalidEvent } from '#events/define.ts'
import { type NetworkUsage, networkUsage } from '#events/network-usage.ts'
import { HostNames } from '../../parsing/names.ts'
import { usage } from '../../usage/handler.ts'
import { createApi } from '../api.ts'
import type { QueryPorts } from '../ports.ts'

const SCOPE = { team: 'red', principal: 'test' }
const AT = Date.UTC(2026, 0, 5, 12)

type Usage = NetworkUsage['usages'][number]
const nginx: Usage = {
  process: { pid: 812, name: 'nginx', executable: '/usr/sbin/nginx' },
  direction: 'incoming',
  local: '10.2.0.7',
  remote: '10.1.0.9',
  port: 443,
  transport: 'tcp',
  sent: { bytes: 5000, messages: 50 },
  received: { bytes: 700, messages: 7 },
  connections: 3,
  failed: 0,
  retransmissions: 2,
}
const dns: Usage = {
  ...nginx,
  process: { pid: 13, name: 'dig' },
  direction: 'outgoing',
  remote: '10.2.0.53',
  port: 53,
  transport: 'udp',
  sent: { bytes: 40, messages: 1 },
  received: { bytes: 90, messages: 1 },
  connections: 0,
  retransmissions: 0,
}
const data = (from: number, change: Partial<NetworkUsage> = {}): NetworkUsage => ({
  agent: 'web-1.k3f9',
  hostname: 'web-1',
  from,
  to: from + 10_000,
  usages: [nginx, dns],
  others: [],
  ...change,
})
const event = (of: NetworkUsage) => networkUsage.make(`/agents/${of.agent}`, of, { id: `${of.from}`, time: new Date(of.to).toISOString() })

describe('network usage', () => {
  let store: Store
  let app: FastifyInstance
  let keep: ReturnType<typeof usage>
  const read = async (query = '') => (await app.inject(`/api/v1/usage${query}`)).json()

  beforeAll(async () => {
    store = await openDuckDb({ directory: ':memory:' })
    const state = await openState()
    await state.set('host/10.1.0.9', new TextEncoder().encode('gateway'), 60_000)
    const names = new HostNames(state)
    keep = usage({ store, team: SCOPE.team, names: names.lookup, refresh: () => names.refresh() })
    app = await createApi({ store, state, scope: () => SCOPE, now: () => AT } as unknown as QueryPorts)
  })
  afterAll(async () => {
    await app.close()
    await store.close()
  })

  it('is nothing before there is any', async () => {
    const { items, total, others } = await read()
    expect([items, others, total.client.bytes]).toEqual([[], 0, 0])
  })

  it('is summed per process and pair of hosts, seen from client and server; an event that comes twice counts once', async () => {
    for (const _ of [1, 2]) for (const from of [AT, AT + 10_000]) await keep(event(data(from)))
    const { items, total } = await read()
    expect(items).toEqual([
      {
        hostname: 'web-1',
        process: 'nginx',
        client_address: 'gateway',
        server_address: '10.2.0.7',
        port: 443,
        transport: 'tcp',
        direction: 'inbound',
        client: { bytes: 1400, messages: 14 },
        server: { bytes: 10_000, messages: 100 },
        connections: 6,
        failed: 0,
        retransmissions: 4,
      },
      expect.objectContaining({
        process: 'dig',
        client_address: '10.2.0.7',
        server_address: '10.2.0.53',
        direction: 'outbound',
        client: { bytes: 80, messages: 2 },
        server: { bytes: 180, messages: 2 },
      }),
    ])
    expect(total.server).toEqual({ bytes: 10_180, messages: 102 })
  })

  it('of a range, by a filter, in an order, so many rows', async () => {
    expect((await read(`?from=${AT}&to=${AT + 5000}`)).items[0].connections).toBe(3)
    expect((await read('?q=process.name:dig')).items).toHaveLength(1)
    const { items, others } = await read('?sort=client&most=1')
    expect([items[0].process, others]).toEqual(['nginx', 1])
    expect((await app.inject('/api/v1/usage?sort=age')).statusCode).toBe(400)
  })

  it('keeps what was too many to tell apart in a row without addresses', async () => {
    const { sent, received, connections, failed, retransmissions } = nginx
    await keep(
      event(data(AT + 20_000, { usages: [], others: [{ transport: 'udp', sent, received, connections, failed, retransmissions }] })),
    )
    const { items } = await read(`?from=${AT + 20_000}`)
    expect(items).toEqual([
      expect.objectContaining({ process: null, client_address: null, port: null, transport: 'udp', hostname: 'web-1' }),
    ])
  })

  it.each([
    ['a negative sum', { ...nginx, connections: -1 }],
    ['no port', { ...nginx, port: 70_000 }],
    ['a name that is too long', { ...nginx, process: { pid: 1, name: 'x'.repeat(65) } }],
  ])('refuses %s', async (_, wrong) => {
    await expect(keep(event(data(AT, { usages: [wrong as Usage] })))).rejects.toThrow(InvalidEvent)
  })
})
