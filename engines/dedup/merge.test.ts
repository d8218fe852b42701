import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { merge, type Observed } from './merge.ts'

type Status = Observed['spider']['status']
interface Sight {
  agent: string
  /** First byte of the request and last byte of the response on this agent's clock, µs; without a last, no response was seen. */
  first: number
  last?: number
  status?: Status
  /** Directions with a hole of so many bytes. */
  holes?: { request?: number; response?: number }
}

const iso = (micros: number): string => `at ${micros}`

/** The call as an agent saw it. What it saw whole is the same for all. */
const sight = ({ agent, first, last, status, holes = {} }: Sight): Observed => {
  const missing = (['request', 'response'] as const)
    .filter((direction) => holes[direction])
    .map((direction) => ({ direction, offset: 10, bytes: holes[direction] as number, reason: 'not captured' }))
  const whole = last === undefined ? 'pending' : 'complete'
  return {
    '@timestamp': iso(first),
    event: { id: 'call', start: iso(first), end: iso(last ?? first), duration: 1000 * ((last ?? first) - first) },
    http: {
      request: { method: 'GET', hole: holes.request ?? 0 },
      ...(last !== undefined && { response: { status_code: 200, hole: holes.response ?? 0 } }),
    },
    spider: {
      agents: [agent],
      session: { id: 's' },
      status: status ?? (missing.length > 0 ? 'incomplete' : whole),
      missing,
      time: { request: { first, last: first }, ...(last !== undefined && { response: { first: last, last } }) },
    },
  }
}

const all = (sights: Observed[]): Observed => sights.reduce((sum, other) => merge(sum, other))

describe('two observers of a call', () => {
  const client = sight({ agent: 'web', first: 100, last: 900 })
  const server = sight({ agent: 'db', first: 5300, last: 5800 })
  const merged = merge(server, client)

  it('make one document, with times of the client, who measured longer', () => {
    expect(merged.event).toEqual(client.event)
    expect(merged['@timestamp']).toBe(client['@timestamp'])
    expect(merged.spider).toMatchObject({ agents: ['db', 'web'], status: 'complete', time: client.spider.time })
  })

  it('are told with what each measured, the client first', () => {
    expect(merged.spider.observers).toEqual([
      { agent: 'web', time: client.spider.time, status: 'complete' },
      { agent: 'db', time: server.spider.time, status: 'complete' },
    ])
  })

  it('measure the network: what the outer saw longer, in ns, whatever their clocks say', () => {
    expect(merged.spider.network).toEqual({ duration: (800 - 500) * 1000 })
  })

  it('who measured the same: times of the one who saw more', () => {
    const garbled = sight({ agent: 'a', first: 1100, last: 1900, status: 'malformed' })
    expect(merge(garbled, client).event).toEqual(client.event)
  })

  it('measure no network where one of them saw no answer', () => {
    expect(merge(client, sight({ agent: 'db', first: 5300 })).spider.network).toBeUndefined()
  })
})

describe('status and missing of two', () => {
  const cases: [string, Omit<Sight, 'agent'>, Omit<Sight, 'agent'>, Status, number[]][] = [
    ['both whole', { first: 0, last: 9 }, { first: 0, last: 5 }, 'complete', []],
    ['the outer with a hole that the inner fills', { first: 0, last: 9, holes: { response: 3 } }, { first: 0, last: 5 }, 'complete', []],
    ['each fills the other', { first: 0, last: 9, holes: { response: 3 } }, { first: 0, last: 5, holes: { request: 4 } }, 'complete', []],
    [
      'the same direction has holes: the smaller',
      { first: 0, last: 9, holes: { response: 30 } },
      { first: 0, last: 5, holes: { response: 4 } },
      'incomplete',
      [4],
    ],
    ['a pending one and a whole one', { first: 0 }, { first: 0, last: 5 }, 'complete', []],
    ['pending, and only the answer', { first: 0 }, { first: 0, last: 5, holes: { request: 4 } }, 'complete', []],
    ['both pending', { first: 0 }, { first: 3 }, 'pending', []],
    ['malformed for one', { first: 0, last: 9, status: 'malformed' }, { first: 0, last: 5 }, 'complete', []],
    ['malformed and pending', { first: 0, last: 9, status: 'malformed' }, { first: 0 }, 'malformed', []],
  ]
  it.each(cases)('%s', (_name, a, b, status, missing) => {
    const { spider } = merge(sight({ agent: 'a', ...a }), sight({ agent: 'b', ...b }))
    expect(spider.status).toBe(status)
    expect(spider.missing.map(({ bytes }) => bytes)).toEqual(missing)
  })
})

describe('what a document says', () => {
  const answer: Observed = { ...sight({ agent: 'a', first: 0, last: 9, holes: { request: 4 } }), http: { response: { status_code: 200 } } }
  const request: Observed = { ...sight({ agent: 'b', first: 0 }), url: { path: '/x' } }

  it('of the request comes from who saw it', () => {
    expect(merge(answer, request)).toMatchObject({ url: { path: '/x' }, http: { request: {}, response: {} } })
  })

  it('is no error when somebody saw the call well', () => {
    const garbled = { ...sight({ agent: 'a', first: 0, last: 9, status: 'malformed' }), error: { code: 'bad' } }
    expect(merge(garbled, sight({ agent: 'b', first: 0, last: 5 }))).not.toHaveProperty('error')
    expect(merge(garbled, sight({ agent: 'b', first: 0 }))).toHaveProperty('error')
  })
})

describe('any number of observers', () => {
  const hole = fc.constantFrom(0, 0, 1, 2, 3)
  const one = fc
    .record({
      first: fc.nat(50),
      span: fc.option(fc.nat(4), { nil: undefined }),
      request: hole,
      response: hole,
      malformed: fc.constantFrom(false, false, true),
    })
    .map(
      ({ first, span, request, response, malformed }) =>
        (agent: string) =>
          sight({
            agent,
            first,
            last: span === undefined ? undefined : first + span,
            status: malformed ? 'malformed' : undefined,
            holes: { request, response: span === undefined ? 0 : response },
          }),
    )
  const several = fc.array(one, { minLength: 2, maxLength: 5 }).map((makers) => makers.map((make, i) => make('abcde'[i])))
  const shuffled = several.chain((sights) => fc.tuple(fc.constant(sights), fc.shuffledSubarray(sights, { minLength: sights.length })))

  it('make the same document in every order', () => {
    fc.assert(
      fc.property(shuffled, ([sights, other]) => void expect(all(other)).toEqual(all(sights))),
      { numRuns: 1000 },
    )
  })

  it('and however they are grouped', () => {
    fc.assert(
      fc.property(several, fc.nat(), (sights, at) => {
        const cut = 1 + (at % (sights.length - 1))
        expect(merge(all(sights.slice(0, cut)), all(sights.slice(cut)))).toEqual(all(sights))
      }),
      { numRuns: 1000 },
    )
  })

  it('may come again', () => {
    fc.assert(
      fc.property(several, fc.nat(), (sights, i) => void expect(merge(all(sights), sights[i % sights.length])).toEqual(all(sights))),
      { numRuns: 1000 },
    )
  })

  it('may know more later: then their earlier, pending sight changes nothing', () => {
    const early = sight({ agent: 'a', first: 7 })
    const late = sight({ agent: 'a', first: 7, last: 9 })
    const other = sight({ agent: 'b', first: 1, last: 2 })
    expect(all([early, other, late])).toEqual(all([late, other]))
    expect(all([late, other, early])).toEqual(all([late, other]))
  })
})

describe('a call of another protocol', () => {
  const query = (agent: string, first: number, last: number | undefined) => {
    const { http: _, ...document } = sight({ agent, first, last })
    const answered = last !== undefined
    return {
      ...document,
      event: { ...document.event, action: 'SELECT', outcome: answered ? 'failure' : 'unknown' },
      ...(answered && { error: { code: '42P01' } }),
      db: { query: { text: 'SELECT 1' } },
      spider: { ...document.spider, request: { bytes: 20 }, ...(answered && { response: { bytes: 40 } }) },
    }
  }

  it('keeps what was asked, and takes the answer from who saw it, in any order', () => {
    const [blind, seeing] = [query('web', 100, undefined), query('db', 5300, 5800)]
    const merged = merge<Observed>(blind, seeing)
    expect(merged).toMatchObject({
      event: { action: 'SELECT', outcome: 'failure' },
      error: { code: '42P01' },
      db: { query: { text: 'SELECT 1' } },
      spider: { status: 'complete', agents: ['db', 'web'], request: { bytes: 20 }, response: { bytes: 40 } },
    })
    expect(merge<Observed>(seeing, blind)).toEqual(merged)
    expect(merge<Observed>(merged, seeing)).toEqual(merged)
  })

  it('takes what is known of TLS from who could open it, in any order', () => {
    const handshake = (agent: string, first: number, last: number, decryption: string) => {
      const document = query(agent, first, last)
      return {
        ...document,
        spider: { ...document.spider, tls: { decryption }, findings: decryption === 'decrypted' ? [] : ['not-decrypted'] },
      }
    }
    const [sealed, opened] = [handshake('web', 100, 9000, 'no secrets'), handshake('db', 5300, 5800, 'decrypted')]
    expect(merge<Observed>(sealed, opened)).toMatchObject({ spider: { tls: { decryption: 'decrypted' }, findings: [] } })
    expect(merge<Observed>(opened, sealed)).toEqual(merge<Observed>(sealed, opened))
    expect(merge<Observed>(merge<Observed>(opened, sealed), sealed)).toEqual(merge<Observed>(sealed, opened))
  })
})
