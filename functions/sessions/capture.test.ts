import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { ACK, FIN } from '#engines/packet/frame.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeUdp } from '#engines/packet/udp.ts'
import { conversation, handshake, type Packet, segment, T0 } from '#engines/tcp/talk.case.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { endOfCapture } from '#events/packets-captured.ts'
import { withBodies } from '../query/bodies.ts'
import { openShared, type Shared, Spider, sectionOf } from './capture.case.ts'

const LONG = 'spider '.repeat(40)
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: shop\r\n\r\n`
const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`
/** Keep-alive: two calls sent at once, bodies both ways, one chunked and cut in awkward places. */
const TALK = conversation([
  { side: 0, data: get('/a') + get('/b') },
  { side: 1, data: ok('first') + ok('second').slice(0, 30) },
  { side: 1, data: ok('second').slice(30) },
  { side: 0, data: 'POST /c HTTP/1.1\r\nHost: shop\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab' },
  { side: 0, data: `cd\r\n${LONG.length.toString(16)}\r\n${LONG}\r` },
  { side: 0, data: '\n0\r\n\r\n' },
  { side: 1, data: 'HTTP/1.1 204 No Content\r\n\r\n' },
  { side: 0, data: get('/d') },
  { side: 1, data: `HTTP/1.1 200 OK\r\nContent-Length: ${LONG.length}\r\n\r\n${LONG.slice(0, 20)}` },
  { side: 1, data: LONG.slice(20) },
])

/** Calls that a packet of TALK has a part of, by its place. The fourth has the end of one answer and the begin of another, to requests that were sent at once: which requests the answers after it belong to is known only once none is due any more. */
const REACH: Record<number, string[]> = {
  3: ['/a', '/b'],
  4: ['/a', '/b'],
  5: ['/b'],
  ...Object.fromEntries([6, 7, 8, 9].map((place) => [place, ['/c']])),
  ...Object.fromEntries([10, 11, 12].map((place) => [place, ['/d']])),
}

let shared: Shared
let spider: Spider
let teams = 0
const another = async (): Promise<Spider> => Spider.open(shared, `team-${teams++}`)
beforeAll(async () => {
  shared = await openShared()
})
beforeEach(async () => {
  spider = await another()
})
afterAll(async () => {
  await spider.end()
  await shared.close()
})

/** The calls with their bodies, without the team. */
async function callsOf(from: Spider): Promise<ExchangeDocument[]> {
  const calls = await Promise.all((await from.all('exchanges')).map((call) => withBodies(shared.blobs, call)))
  return calls.map((call) => ({ ...call, spider: { ...call.spider, team: '' } })).sort((a, b) => (a.event.id < b.event.id ? -1 : 1))
}
const sessionsOf = async (from: Spider): Promise<SessionDocument[]> =>
  (await from.all('sessions')).map((session) => ({ ...session, spider: { ...session.spider, team: '' } }))
const paths = (calls: ExchangeDocument[]): unknown[] => calls.map(({ url, spider }) => [url?.path, spider.status]).sort()

/** Cuts a list at places. */
const cut = (packets: Packet[], places: readonly number[]): Packet[][] =>
  [0, ...places].map((from, i) => packets.slice(from, places[i] ?? packets.length))

const whole = async (): Promise<{ calls: ExchangeDocument[]; sessions: SessionDocument[] }> => {
  const one = await another()
  await one.send(1, sectionOf(TALK))
  await one.drained()
  await one.end()
  return { calls: await callsOf(one), sessions: await sessionsOf(one) }
}

describe('a conversation', () => {
  it('becomes its calls, with bodies, and one session', async () => {
    const { calls, sessions } = await whole()
    expect(paths(calls)).toEqual(['/a', '/b', '/c', '/d'].map((path) => [path, 'complete']))
    const bodies = calls.flatMap(({ http }) => [http?.request?.body.content, http?.response?.body.content])
    expect(bodies.filter((body) => body !== undefined).sort()).toEqual([`abcd${LONG}`, 'first', 'second', LONG].sort())
    expect(sessions).toMatchObject([
      { network: { protocol: 'http', packets: TALK.length }, spider: { state: 'closed', status: 'complete', exchanges: 4 } },
    ])
  })

  it('gives the same wherever it is cut into sections and the process begins anew between them', async () => {
    const expected = await whole()
    const places = fc.uniqueArray(fc.integer({ min: 1, max: TALK.length - 1 }), { maxLength: 6 }).map((all) => all.sort((a, b) => a - b))
    const every = Array.from({ length: TALK.length - 1 }, (_, i) => i + 1)
    await fc.assert(
      fc.asyncProperty(places, async (at) => {
        const one = await another()
        for (const [i, packets] of cut(TALK, at).entries()) {
          await one.send(i + 1, sectionOf(packets))
          await one.drained()
          await one.end()
        }
        expect(await callsOf(one)).toEqual(expected.calls)
        expect(await sessionsOf(one)).toEqual(expected.sessions)
      }),
      { numRuns: 12, examples: [[every]] },
    )
  })

  it.each([1, 8, 15, 16])(
    'gives the same when the process dies after parsing was done and before sessions was, at section %i',
    async (at) => {
      const expected = await whole()
      const { state } = spider.adapters
      const commit = state.commit.bind(state)
      let dying = false
      state.commit = async (lease, ...rest) => {
        if (dying && !lease.lane.startsWith('parsing/')) throw new Error('killed')
        return commit(lease, ...rest)
      }
      for (let i = 0; i < TALK.length; i++) {
        dying = i + 1 === at
        await spider.send(i + 1, sectionOf([TALK[i]]))
        if (dying) {
          while ((await state.load('parsing/web/0')).cursor !== at) await new Promise((resolve) => setTimeout(resolve, 5))
          await spider.kill()
          dying = false
        }
        await spider.drained()
      }
      expect(await callsOf(spider)).toEqual(expected.calls)
      expect(await sessionsOf(spider)).toEqual(expected.sessions)
    },
  )

  it('gives the same when another instance has looked at the lane after each packet, and found nothing to do', async () => {
    const expected = await whole()
    const { state } = spider.adapters
    for (let i = 0; i < TALK.length; i++) {
      await spider.send(i + 1, sectionOf([TALK[i]]))
      await spider.drained()
      const lease = await state.lease('web/0', 'another', 1_000)
      await state.release(lease!)
    }
    expect(await callsOf(spider)).toEqual(expected.calls)
    expect(await sessionsOf(spider)).toEqual(expected.sessions)
  })

  it('gives the same when the store failed after parsing was done and before sessions was, after each packet', async () => {
    const expected = await whole()
    const { state } = spider.adapters
    const commit = state.commit.bind(state)
    let isFailing = false
    state.commit = async (lease, ...rest) => {
      if (isFailing && !lease.lane.startsWith('parsing/')) throw new Error('away')
      return commit(lease, ...rest)
    }
    for (let i = 0; i < TALK.length; i++) {
      isFailing = true
      await spider.send(i + 1, sectionOf([TALK[i]]))
      while ((await state.load('parsing/web/0')).cursor !== i + 1) await new Promise((resolve) => setTimeout(resolve, 5))
      isFailing = false
      await spider.drained()
    }
    expect(await callsOf(spider)).toEqual(expected.calls)
    expect(await sessionsOf(spider)).toEqual(expected.sessions)
  })

  it('with any one packet less has all calls that the packet was no part of, and says so of the others', async () => {
    const expected = await whole()
    for (let lost = 0; lost < TALK.length; lost++) {
      const one = await another()
      await one.send(1, sectionOf(TALK.toSpliced(lost, 1)))
      await one.send(2, endOfCapture)
      await one.drained()
      await one.end()
      const [calls, sessions] = [await callsOf(one), await sessionsOf(one)]
      const reach = REACH[lost] ?? []
      const outside = ({ url }: ExchangeDocument) => !reach.includes(url?.path ?? '')
      const known = ({ url }: ExchangeDocument) => url !== undefined
      expect(calls.filter(known).filter(outside), `packet ${lost}`).toEqual(expected.calls.filter(outside))
      expect(calls.filter((call) => !known(call) || !outside(call)).map(({ spider }) => spider.status)).not.toContain('complete')
      expect(sessions, `packet ${lost}`).toMatchObject([
        { network: { packets: TALK.length - 1 }, spider: { status: reach.length > 0 ? 'incomplete' : 'complete' } },
      ])
    }
  })

  it('over UDP gives the same session wherever the process begins anew', async () => {
    const datagram = (i: number): Packet => {
      const back = i % 3 === 2
      const [from, to] = back ? ['10.0.0.2', '10.0.0.1'] : ['10.0.0.1', '10.0.0.2']
      const udp = encodeUdp(new Uint8Array(10 + i), back ? 9999 : 40_000, back ? 40_000 : 9999)
      const bytes = encodeEthernet(encodeIpv4(udp, { source: from, target: to, protocol: 17 }), 0x0800)
      return { bytes, originalLength: bytes.length, at: T0 + i * 1e6 }
    }
    const packets = Array.from({ length: 9 }, (_, i) => datagram(i))
    const read = async (places: number[]): Promise<SessionDocument[]> => {
      const one = await another()
      for (const [i, section] of cut(packets, places).entries()) {
        await one.send(i + 1, sectionOf(section))
        await one.drained()
        await one.end()
      }
      await one.send(places.length + 2, endOfCapture)
      await one.drained()
      await one.end()
      return sessionsOf(one)
    }
    const [together, apart] = [await read([]), await read([1, 2, 3, 4, 5, 6, 7, 8])]
    expect(together).toMatchObject([{ network: { transport: 'udp', packets: 9, bytes: 126 }, spider: { state: 'ended' } }])
    expect(apart).toEqual(together)
  })

  it('sent again is there once', async () => {
    for (const sequence of [1, 1]) await spider.send(sequence, sectionOf(TALK))
    await spider.drained()
    expect((await callsOf(spider)).length).toBe(4)
  })

  it('goes on at once when the store failed for a moment', async () => {
    const { store } = spider.adapters
    const save = store.save.bind(store)
    let fails = 1
    spider.adapters.store = { ...store, save: (...args) => (fails-- > 0 ? Promise.reject(new Error('the disk is full')) : save(...args)) }
    await spider.send(1, sectionOf(TALK))
    const begin = Date.now()
    while ((await spider.all('exchanges')).length < 4) {
      expect(Date.now() - begin).toBeLessThan(5_000)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  })
})

describe('a call that waits for its answer', () => {
  const ask = segment(0, { ack: 0, data: get('/slow'), at: 100 })
  const later = (at: number) => segment(0, { from: get('/slow').length, ack: 0, at, ident: 9 })

  it('is shown as pending after a second, then complete, as one', async () => {
    await spider.send(1, sectionOf([...handshake(), ask]))
    await spider.drained()
    expect(await callsOf(spider)).toEqual([])
    await spider.send(2, sectionOf([later(1_500_000)]))
    await spider.drained()
    expect(paths(await callsOf(spider))).toEqual([['/slow', 'pending']])
    await spider.send(3, sectionOf([segment(1, { ack: get('/slow').length, data: ok('late'), at: 3_000_000 })]))
    await spider.drained()
    const calls = await callsOf(spider)
    expect(paths(calls)).toEqual([['/slow', 'complete']])
    expect(calls[0].event.duration).toBe((3_000_000 - 100) * 1000)
  })

  it('is shown as pending in a quiet lane too, told by its counters', async () => {
    await spider.send(1, sectionOf([...handshake(), ask]))
    await spider.send(2, sectionOf([], { accepted: 4, delivered: 4, droppedByKernel: 0 }, T0 + 2_000_000))
    await spider.drained()
    expect(paths(await callsOf(spider))).toEqual([['/slow', 'pending']])
  })

  it('is announced once in each of its states', async () => {
    const { live } = await spider.process()
    const seen: string[] = []
    const stop = live.watch({ matches: ({ spider }) => seen.push(spider.status) > 0 }, () => undefined)
    await spider.send(1, sectionOf([...handshake(), ask]))
    for (const [i, at] of [1_500_000, 1_600_000, 1_700_000].entries()) {
      await spider.send(i + 2, sectionOf([later(at)]))
      await spider.drained()
    }
    await spider.send(5, sectionOf([segment(1, { ack: get('/slow').length, data: ok('late'), at: 3_000_000 })]))
    await spider.drained()
    stop()
    expect(seen).toEqual(['pending', 'complete'])
  })
})

describe('what is missing', () => {
  const request = get('/lossy')
  const answer = ok('x'.repeat(40))
  const before = [
    ...handshake(),
    segment(0, { ack: 0, data: request, at: 100 }),
    segment(1, { ack: request.length, data: answer.slice(0, -30), at: 200 }),
  ]
  // Bytes -30..-10 of the answer are not there; both ends go on and close.
  const after = [
    segment(1, { from: answer.length - 10, ack: request.length, data: answer.slice(-10), at: 400 }),
    segment(0, { from: request.length, ack: answer.length, flags: ACK | FIN, at: 500 }),
    segment(1, { from: answer.length, ack: request.length + 1, flags: ACK | FIN, at: 600 }),
  ]
  const counted = { accepted: 18, delivered: 10, droppedByKernel: 3 } // and 5 by overflow, before anything was missing

  it.each([
    ['not captured', counted],
    ['dropped by kernel', { accepted: 19, delivered: 10, droppedByKernel: 4 }],
    ['dropped by overflow', { accepted: 19, delivered: 10, droppedByKernel: 3 }],
  ] as const)('has its reason from the counters: %s', async (reason, counters) => {
    await spider.send(1, sectionOf(before, counted))
    await spider.drained()
    await spider.end() // what was counted before is known from the checkpoint
    await spider.send(2, sectionOf(after, counters))
    await spider.send(3, endOfCapture)
    await spider.drained()
    const [call] = await callsOf(spider)
    expect(call.spider.status).toBe('incomplete')
    expect(call.spider.missing).toEqual([{ direction: 'response', offset: answer.length - 30, bytes: 20, reason }])
    expect(await sessionsOf(spider)).toMatchObject([
      { spider: { status: 'incomplete', sides: { server: { gaps: 1, missing_bytes: 20 } } } },
    ])
  })

  it('is not laid to a gap in the sequence when nothing is missing', async () => {
    await spider.send(1, sectionOf(TALK.slice(0, 5)))
    await spider.send(2, sectionOf([]))
    await spider.send(3, sectionOf(TALK.slice(5)))
    await spider.drained()
    expect(paths(await callsOf(spider))).toEqual(['/a', '/b', '/c', '/d'].map((path) => [path, 'complete']))
  })
})
