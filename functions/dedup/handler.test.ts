import { afterAll, beforeAll, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exampleExchange, exchangeParsed } from '#events/exchange-parsed.ts'
import type { Handler } from '../declare.ts'
import { dedup } from './handler.ts'

const scope = { team: 'red', principal: 'test' }
const session = exampleExchange.spider.session.id

let store: Store
let handle: Handler
beforeAll(async () => {
  store = await openDuckDb({ directory: ':memory:' })
  handle = dedup({ store, state: await openState({}), announce: () => undefined, team: scope.team })
})
afterAll(() => store.close())

const told = (agent: string, sequence: number, ...documents: ExchangeDocument[]): Event => {
  const exchanges = documents.map((document) => ({
    peerKey: 'one connection',
    document: { ...document, spider: { ...document.spider, agents: [agent] } },
  }))
  const data = { agent, lane: `${agent}/0`, sequence, exchanges }
  return exchangeParsed.make('/functions/parsing', data, { id: `${agent}/0/${sequence}.0`, time: exampleExchange['@timestamp'] })
}
const handshake = (decryption: string): ExchangeDocument => {
  const { http: _, url: __, ...rest } = exampleExchange
  const event = { ...rest.event, id: `${session}-handshake` }
  return { ...rest, event, network: { protocol: 'tls', transport: 'tcp' }, spider: { ...rest.spider, tls: { decryption } } }
}
const pending: ExchangeDocument = {
  ...exampleExchange,
  http: { version: '1.1', request: exampleExchange.http!.request },
  spider: { ...exampleExchange.spider, status: 'pending', time: { request: exampleExchange.spider.time.request } },
}
const stored = async (): Promise<string[]> => {
  const { items } = await store.find(scope, 'exchanges', { from: 0, to: 8e15, filter: { kind: 'all' }, size: 10, order: 'oldest' })
  return items.map(({ spider }) => [spider.agents.join('+'), spider.tls?.decryption ?? spider.status].join(': ')).sort()
}

it('an event that comes again after those that followed it changes nothing', async () => {
  const first = told('web', 1, handshake('no secrets'), pending)
  await handle(first)
  expect(await stored()).toEqual(['web: no secrets', 'web: pending'])
  const second = told('web', 2, handshake('decrypted'), exampleExchange)
  await handle(second)
  const known = ['web: complete', 'web: decrypted']
  expect(await stored()).toEqual(known)
  for (const again of [first, second, first]) {
    await handle(again)
    expect(await stored()).toEqual(known)
  }
  const other = told('db', 1, handshake('no secrets'), pending)
  for (let time = 0; time < 2; time++) {
    await handle(other)
    expect(await stored()).toEqual(['db+web: complete', 'db+web: decrypted'])
  }
})
