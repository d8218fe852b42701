import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import { merge } from '#engines/dedup/merge.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exampleExchange } from '#events/exchange-parsed.ts'
import type { Parsed } from '../lane/exchanges.ts'
import { Merger } from './merger.ts'
import { Observers } from './observers.ts'

const TEAM = 'red'
const SCOPE = { team: TEAM, principal: 'test' }
const START = 1_767_607_200_000_000
const MINUTE = 60_000

let store: Store
let state: State
let now: number
let run = 0
beforeAll(async () => {
  store = await openDuckDb({ directory: ':memory:' })
})
beforeEach(async () => {
  now = START / 1000
  state = await openState({ clock: () => now })
  run++
})
afterAll(() => store.close())

interface Seen {
  agent: string
  /** µs that the call took for it. */
  span: number
  /** Number of the call in its connection. */
  call?: number
  pending?: boolean
  /** Where the session's id as this agent has it differs: behind an address translation. */
  nat?: boolean
}

const sessionOf = (nat = false): string => `${String(run).padStart(8, '0')}-${nat ? 'nat' : 'own'}`

/** The call as an agent saw it. */
function seen({ agent, span, call = 0, pending = false, nat }: Seen): Parsed {
  const session = sessionOf(nat)
  const first = START + call * 10_000
  const document: ExchangeDocument = {
    ...exampleExchange,
    event: { ...exampleExchange.event, id: `${session}-${call}`, duration: span * 1000 },
    http: { version: '1.1', request: exampleExchange.http?.request, ...(pending ? {} : { response: exampleExchange.http?.response }) },
    spider: {
      ...exampleExchange.spider,
      team: TEAM,
      agents: [agent],
      session: { id: session },
      status: pending ? 'pending' : 'complete',
      time: { request: { first, last: first }, ...(pending ? {} : { response: { first: first + span, last: first + span } }) },
    },
  }
  return { id: document.event.id, session, peerKey: `key-${run}`, json: JSON.stringify(document) }
}

interface Lane {
  agent: string
  merger: Merger
  announced: ExchangeDocument[]
  take(...calls: Omit<Seen, 'agent'>[]): Promise<void>
  settle(): Promise<void>
}

/** The mergers of agents' lanes. */
function lanes(agents: string[]): Lane[] {
  const observers = new Observers(state, () => now)
  return agents.map((agent) => {
    const announced: ExchangeDocument[] = []
    const announce = (lines: readonly string[]): void => {
      for (const line of lines) announced.push(JSON.parse(line))
    }
    const merger = new Merger({ store, state, announce }, observers, TEAM)
    return {
      agent,
      merger,
      announced,
      take: (...calls) =>
        merger.take(
          agent,
          1,
          calls.map((call) => seen({ agent, ...call })),
        ),
      settle: () => merger.settle(),
    }
  })
}

/** What the store has of this test's connection. */
async function stored(): Promise<ExchangeDocument[]> {
  const { items } = await store.find(SCOPE, 'exchanges', { from: 0, to: 8e15, filter: { kind: 'all' }, size: 1000, order: 'oldest' })
  return items.filter(({ event }) => event.id.startsWith(String(run).padStart(8, '0'))).sort((a, b) => (a.event.id < b.event.id ? -1 : 1))
}

const documentOf = (parsed: Parsed): ExchangeDocument => JSON.parse(parsed.json)

describe('one observer', () => {
  it('passes through as it is, announced once, when it is settled', async () => {
    const [lane] = lanes(['web'])
    await lane.take({ span: 800 }, { span: 700, call: 1 })
    expect(lane.announced).toEqual([])
    await lane.settle()
    const expected = [documentOf(seen({ agent: 'web', span: 800 })), documentOf(seen({ agent: 'web', span: 700, call: 1 }))]
    expect(await stored()).toEqual(expected)
    expect(lane.announced).toEqual(expected)
    await lane.settle()
    expect(lane.announced.length).toBe(2)
  })

  it('that does its work again stores the same', async () => {
    for (const lane of [...lanes(['web']), ...lanes(['web'])]) {
      await lane.take({ span: 800 })
      await lane.settle()
    }
    expect(await stored()).toEqual([documentOf(seen({ agent: 'web', span: 800 }))])
  })
})

describe('two observers', () => {
  it('make one document, with the network between them', async () => {
    const [web, db] = lanes(['web', 'db'])
    await web.take({ span: 800 })
    await web.settle()
    await db.take({ span: 500 })
    await db.settle()
    expect(await stored()).toMatchObject([{ spider: { agents: ['db', 'web'], network: { duration: 300_000 } } }])
    expect(db.announced).toMatchObject([{ spider: { agents: ['db', 'web'] } }])
  })

  it('behind an address translation are one, under the id of the first', async () => {
    const [web, db] = lanes(['web', 'db'])
    await web.take({ span: 800, call: 3 })
    await db.take({ span: 500, call: 3, nat: true })
    await Promise.all([db.settle(), web.settle()])
    const documents = await stored()
    expect(documents.map(({ event, spider }) => [event.id, spider.session.id, spider.agents])).toEqual([
      [`${sessionOf()}-3`, sessionOf(), ['db', 'web']],
    ])
  })

  it('one of whom saw the call pending: it is complete, whoever ends it', async () => {
    const [web, db] = lanes(['web', 'db'])
    await web.take({ span: 0, pending: true })
    await web.settle()
    await db.take({ span: 500 })
    await db.settle()
    expect(await stored()).toMatchObject([{ spider: { agents: ['db', 'web'], status: 'complete' } }])
    await web.take({ span: 800 })
    await web.settle()
    expect(await stored()).toMatchObject([{ spider: { agents: ['db', 'web'], status: 'complete', network: { duration: 300_000 } } }])
  })

  it('of a connection that lasts for hours are one at every time of it', async () => {
    const [web, db] = lanes(['web', 'db'])
    for (let call = 0; call < 30; call++) {
      await web.take({ span: 800, call })
      await web.settle()
      await db.take({ span: 500, call })
      await db.settle()
      now += 5 * MINUTE
    }
    expect((await stored()).map(({ spider }) => spider.agents.length)).toEqual(Array(30).fill(2))
  })

  it('are nobody else: what another connection of the same agents is stays apart', async () => {
    const [web, db] = lanes(['web', 'db'])
    await web.take({ span: 800 })
    const other = { ...seen({ agent: 'db', span: 500, nat: true }), peerKey: `other-${run}` }
    await db.merger.take('db', 1, [other])
    await Promise.all([web.settle(), db.settle()])
    expect((await stored()).map(({ spider }) => spider.agents)).toEqual([['db'], ['web']])
  })
})

describe('every order of taking and settling', () => {
  const spans = { a: 800, b: 500, c: 650 }
  type Name = keyof typeof spans
  type Step = `${Name}${'+' | '='}`

  /** All orders in which each agent takes before it settles. */
  function orders(agents: readonly Name[]): Step[][] {
    const all: Step[][] = []
    const extend = (sofar: Step[]): void => {
      if (sofar.length === agents.length * 2) all.push(sofar)
      for (const agent of agents) {
        if (!sofar.includes(`${agent}+`)) extend([...sofar, `${agent}+`])
        else if (!sofar.includes(`${agent}=`)) extend([...sofar, `${agent}=`])
      }
    }
    extend([])
    return all
  }

  const wanted = (agents: readonly Name[]): ExchangeDocument =>
    agents.map((agent) => documentOf(seen({ agent, span: spans[agent] }))).reduce((sum, other) => merge(sum, other))

  it.each([[['a', 'b']], [['a', 'b', 'c']]] as [Name[]][])('of %j makes the same one document', async (agents) => {
    for (const order of orders(agents)) {
      run++
      const all = lanes(agents)
      for (const step of order) {
        const lane = all[agents.indexOf(step[0] as Name)]
        if (step[1] === '+') await lane.take({ span: spans[step[0] as Name] })
        else await lane.settle()
      }
      expect(await stored(), order.join(' ')).toEqual([wanted(agents)])
      for (const { announced } of all) expect(announced.length, order.join(' ')).toBe(1)
    }
  })

  it('at once and in any interleaving, in processes of their own or in one', async () => {
    const agents: Name[] = ['a', 'b', 'c']
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, apart) => {
        run++
        const paced = <Port extends object>(port: Port): Port =>
          new Proxy(port, {
            get: (target, name) => {
              const value = Reflect.get(target, name)
              return typeof value === 'function' ? scheduler.scheduleFunction(value.bind(target)) : value
            },
          })
        const ports = { store: paced(store), state: paced(state), announce: () => undefined }
        const shared = new Observers(ports.state, () => now)
        const work = agents.map(async (agent) => {
          const observers = apart ? new Observers(ports.state, () => now) : shared
          const merger = new Merger(ports, observers, TEAM)
          for (const call of [0, 1]) {
            await merger.take(agent, call + 1, [seen({ agent, span: spans[agent], call })])
            await merger.settle()
          }
        })
        await scheduler.waitFor(Promise.all(work))
        const documents = await stored()
        expect(documents.map(({ spider }) => spider.agents)).toEqual([agents, agents])
        expect(documents.map(({ spider }) => spider.network)).toEqual([{ duration: 300_000 }, { duration: 300_000 }])
      }),
      { numRuns: 20 },
    )
  })
})
