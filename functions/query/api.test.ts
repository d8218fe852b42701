import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SwaggerParser from '@apidevtools/swagger-parser'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import { createRouter, type Router } from '#adapters/bus/in-process/router.ts'
import { type DeadLetters, Permanent } from '#adapters/bus/port.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { call, NOON, status } from '#adapters/store/samples.case.ts'
import type { Event } from '#events/define.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { Letters } from '../dead-letters/letters.ts'
import { createApi } from './api.ts'
import { LiveFeed } from './live.ts'
import type { QueryPorts } from './ports.ts'

const SCOPE = { team: 'red', principal: 'test' }
const MINUTE = 60_000

let app: FastifyInstance
let ports: QueryPorts
let live: LiveFeed
let deadLetters: DeadLetters
let router: Router
let handled: string[]
let broken: boolean
let close: () => Promise<void>

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'spider-query-'))
  const store = await openDuckDb({ directory: ':memory:' })
  const blobs = await openBlobs({ directory: join(directory, 'blobs') })
  const state = await openState()
  deadLetters = new Letters(state, blobs)
  router = createRouter({ deadLetters })
  router.subscribe(
    'sessions',
    [laneAdvanced.type],
    async ({ id }: Event) => {
      if (broken) throw new Permanent('the lane is damaged')
      handled.push(id)
    },
    { concurrency: 1, maxQueue: 10 },
  )
  live = new LiveFeed()
  ports = {
    store,
    state,
    blobs,
    deadLetters,
    resend: router.resend,
    live,
    scope: () => SCOPE,
    health: async () => ({ refused: 3 }),
    now: () => NOON + 10 * MINUTE,
  }
  app = await createApi(ports)
  const calls = Array.from({ length: 25 }, (_, i) =>
    call(`call-${String(i).padStart(2, '0')}`, NOON + i * 10_000, { path: i % 5 === 0 ? '/slow' : '/', status: i === 7 ? 503 : 200 }),
  )
  calls[3].spider.status = 'incomplete'
  await store.save(SCOPE, 'exchanges', calls)
  await store.save({ ...SCOPE, team: 'blue' }, 'exchanges', [
    { ...call('theirs', NOON), spider: { ...call('theirs', NOON).spider, team: 'blue' } },
  ])
  await store.save(SCOPE, 'status', statuses())
  await store.flush()
  close = async () => {
    await app.close()
    await router.close()
    await store.close()
    await blobs.close()
    rmSync(directory, { recursive: true })
  }
})
beforeEach(() => {
  handled = []
  broken = false
})
afterAll(() => close())

/** One agent speaks at 0:00 and 0:20, then not before 4:00; another stopped. */
function statuses(): StatusDocument[] {
  const said = (
    agent: string,
    at: number,
    packets: number,
    kernel: number,
    state: 'capturing' | 'stopped' = 'capturing',
  ): StatusDocument => {
    const document = status(agent, NOON + at)
    const { spider } = document
    return {
      ...document,
      spider: {
        ...spider,
        state,
        captured: { packets, bytes: 0 },
        dropped: { kernel, interface: 0 },
        overflow: { ...spider.overflow, packets: kernel * 2 },
      },
    }
  }
  return [said('web', 0, 100, 0), said('web', 20_000, 250, 5), said('web', 4 * MINUTE, 300, 5), said('db', 1000, 10, 0, 'stopped')]
}

const get = async (path: string, query: Record<string, string | number> = {}) => {
  const answer = await app.inject({
    url: path,
    query: Object.fromEntries(Object.entries(query).map(([key, value]) => [key, String(value)])),
  })
  return { code: answer.statusCode, type: String(answer.headers['content-type']), body: answer.json() }
}
const idsOf = (items: { event: { id: string } }[]): string[] => items.map(({ event }) => event.id)

describe('pages of calls', () => {
  it('are newest first, and lead to one another without loss or repetition', async () => {
    const ids: string[] = []
    for (let after: string | undefined, turns = 0; turns < 10; turns++) {
      const { body } = await get('/api/v1/exchanges', { size: 10, ...(after && { after }) })
      expect(body.total).toBe(25)
      ids.push(...idsOf(body.items))
      after = body.next
      if (!after) break
    }
    expect(ids).toEqual(Array.from({ length: 25 }, (_, i) => `call-${String(24 - i).padStart(2, '0')}`))
  })

  it.each([
    [{ order: 'oldest', size: 1 }, ['call-00']],
    [{ q: 'status=503' }, ['call-07']],
    [{ q: 'path=/slow', order: 'oldest', size: 2 }, ['call-00', 'call-05']],
    [{ q: 'capture=incomplete' }, ['call-03']],
    [{ from: NOON + 10_000, to: NOON + 30_000 }, ['call-02', 'call-01']],
    [{ from: new Date(NOON + 240_000).toISOString() }, ['call-24']],
    [{ q: 'status=404' }, []],
  ])('%j finds %j', async (query, ids) => {
    expect(idsOf((await get('/api/v1/exchanges', query)).body.items)).toEqual(ids)
  })

  it('are of the own team only', async () => {
    expect((await get('/api/v1/exchanges/theirs')).code).toBe(404)
    expect((await get('/api/v1/exchanges/call-00')).body.event.id).toBe('call-00')
  })

  it('can be counted alone', async () => {
    expect((await get('/api/v1/exchanges', { size: 0 })).body).toMatchObject({ total: 25, items: [] })
  })
})

describe('problems', () => {
  it.each([
    ['/api/v1/exchanges', { q: 'status=' }, 400, 'parse'],
    ['/api/v1/exchanges', { from: 'yesterday' }, 400, 'from=yesterday'],
    ['/api/v1/exchanges', { from: NOON, to: NOON - 1 }, 400, 'later'],
    ['/api/v1/exchanges', { size: 1001 }, 400, 'size'],
    ['/api/v1/exchanges', { order: 'random' }, 400, 'order'],
    ['/api/v1/exchanges', { after: 'nonsense' }, 400, 'cursor'],
    ['/api/v1/exchanges', { sort: 'client.ip' }, 400, 'sort=client.ip'],
    ['/api/v1/exchanges/none', {}, 404, 'none'],
    ['/api/v1/sessions/none', {}, 404, 'none'],
    ['/api/v1/sessions/none/packets', {}, 404, 'none'],
    ['/api/v1/sessions/none/packets.pcapng', {}, 404, 'none'],
    ['/api/v1/captures/none', {}, 404, 'none'],
    ['/api/v1/histogram', { bins: 0 }, 400, 'bins'],
    ['/api/v1/live', { q: '(' }, 400, 'parse'],
    ['/api/v1/nothing', {}, 404, '/api/v1/nothing'],
  ] as [string, Record<string, string | number>, number, string][])('%s %j is a problem document', async (path, query, code, word) => {
    const answer = await get(path, query)
    expect(answer.type).toContain('application/problem+json')
    expect(answer).toMatchObject({ code, body: { type: 'about:blank', status: code } })
    expect(`${answer.body.title} ${answer.body.detail}`).toContain(word)
  })

  it('say where a filter is wrong', async () => {
    expect((await get('/api/v1/exchanges', { q: 'status=200 and (' })).body).toMatchObject({
      offset: expect.any(Number),
      expected: expect.any(Array),
    })
  })

  it('of our own say nothing of the inside', async () => {
    const failing = await createApi({ ...ports, store: { ...ports.store, find: () => Promise.reject(new Error('secret path')) } })
    const answer = await failing.inject('/api/v1/exchanges')
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('secret')
    await failing.close()
  })

  it('uploads are not for every Spider', async () => {
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/captures?name=a.pcap',
      payload: Buffer.of(1),
      headers: { 'content-type': 'application/octet-stream' },
    })
    expect(answer.statusCode).toBe(501)
    expect(answer.json().detail).toContain('whisperer')
  })

  it('captures of its own are not for every Spider, and no form of another site can start one', async () => {
    expect((await get('/api/v1/local-captures')).body).toEqual({ enabled: false, interfaces: [], items: [] })
    const payload = JSON.stringify({ interfaces: ['lo'], filter: '', seconds: 60, bytes: 100_000 })
    const start = (type: string, text = payload) =>
      app.inject({ method: 'POST', url: '/api/v1/local-captures', payload: text, headers: { 'content-type': type } })
    expect((await start('application/json')).json()).toMatchObject({ status: 501, detail: expect.stringContaining('whisperer') })
    expect((await start('text/plain')).json()).toMatchObject({ status: 415 })
    expect((await start('application/json', payload.replace('"lo"', '"a b"'))).json()).toMatchObject({ status: 400 })
    expect((await app.inject({ method: 'DELETE', url: '/api/v1/local-captures/none' })).statusCode).toBe(501)
  })
})

describe('overviews', () => {
  it('quality: minute by minute, what was complete, what agents lost, who was silent', async () => {
    const { bins, width } = (await get('/api/v1/quality', { from: NOON, to: NOON + 5 * MINUTE })).body
    expect(width).toBe(MINUTE)
    const told = bins.map((bin: Record<string, unknown>) => [
      (Number(bin.time) - NOON) / MINUTE,
      bin.complete,
      bin.incomplete,
      bin.captured,
      bin.kernel,
      bin.overflow,
      bin.silent,
    ])
    expect(told).toEqual([
      [0, 5, 1, 260, 5, 10, []],
      [1, 6, 0, 0, 0, 0, ['web']],
      [2, 6, 0, 0, 0, 0, ['web']],
      [3, 6, 0, 0, 0, 0, ['web']],
      [4, 1, 0, 50, 0, 0, []],
    ])
  })

  it('histogram: every call is counted, in bins of a readable width', async () => {
    const { bins, width, by } = (await get('/api/v1/histogram', { bins: 10 })).body
    expect([width, by]).toEqual([30_000, 'status_class'])
    const count = (key: string): number =>
      bins.filter((bin: { key: string }) => bin.key === key).reduce((sum: number, bin: { count: number }) => sum + bin.count, 0)
    expect([count('2xx'), count('5xx')]).toEqual([24, 1])
  })

  it('extent and values', async () => {
    expect((await get('/api/v1/extent')).body).toEqual({ from: NOON, to: NOON + 240_000, total: 25 })
    expect((await get('/api/v1/values', { field: 'url.path' })).body.items).toEqual([
      { value: '/', count: 20 },
      { value: '/slow', count: 5 },
    ])
  })

  it('agents: the last each said, and whether it is silent now', async () => {
    const { items } = (await get('/api/v1/agents')).body
    expect(
      items.map(({ agent, silent, last_seen }: { agent: { id: string }; silent: boolean; last_seen: number }) => [
        agent.id,
        silent,
        last_seen - NOON,
      ]),
    ).toEqual([
      ['web', true, 4 * MINUTE],
      ['db', false, 1000],
    ])
  })

  it('hosts: the name that each address had last', async () => {
    const host = (ip: string, name: string, at: number) => ({
      '@timestamp': new Date(at).toISOString(),
      event: { id: `${ip}/${name}` },
      host: { ip, name },
      spider: { team: 'red', agents: ['a'], origin: 'dns-answer' as const },
    })
    const known = [
      host('10.9.0.1', 'old', NOON),
      host('10.9.0.1', 'new', NOON + 1000),
      host('10.9.0.2', 'other', NOON),
      host('10.9.0.3', 'unasked', NOON),
    ]
    await ports.store.save(SCOPE, 'hosts', known)
    await ports.store.flush()
    const { items } = (await get('/api/v1/hosts', { ips: '10.9.0.1,10.9.0.2,10.9.0.9' })).body as { items: { ip: string }[] }
    expect(items.sort((a, b) => (a.ip < b.ip ? -1 : 1))).toEqual([
      { ip: '10.9.0.1', name: 'new' },
      { ip: '10.9.0.2', name: 'other' },
    ])
    expect((await get('/api/v1/hosts', { ips: '' })).body).toEqual({ items: [] })
    expect((await get('/api/v1/hosts', { ips: Array.from({ length: 201 }, (_, i) => `10.0.0.${i}`).join() })).code).toBe(400)
  })

  it('health', async () => {
    expect((await get('/healthz')).body).toEqual({ status: 'ok', refused: 3 })
  })
})

describe('dead letters', () => {
  const event = laneAdvanced.make(
    '/functions/ingest',
    { lane: 'web/0', sequence: 1 },
    { id: 'web/0/1', time: new Date(NOON).toISOString(), subject: 's' },
  )

  it('are listed with their reason, and sent again once', async () => {
    await deadLetters.keep(event, 'sessions', 'the disk was full', 6)
    const [letter] = (await get('/api/v1/dead-letters')).body.items
    expect(letter).toMatchObject({
      function: 'sessions',
      reason: 'the disk was full',
      attempts: 6,
      event: { id: 'web/0/1', type: laneAdvanced.type },
    })
    const resend = () => app.inject({ method: 'POST', url: `/api/v1/dead-letters/${letter.id}` })
    expect((await resend()).statusCode).toBe(202)
    expect((await resend()).statusCode).toBe(404)
    expect((await get('/api/v1/dead-letters')).body.items).toEqual([])
    await router.drained()
    expect(handled).toEqual(['web/0/1'])
  })

  it('come back with their new reason when they fail again', async () => {
    broken = true
    await deadLetters.keep(event, 'sessions', 'the disk was full', 6)
    const [letter] = (await get('/api/v1/dead-letters')).body.items
    await app.inject({ method: 'POST', url: `/api/v1/dead-letters/${letter.id}` })
    await router.drained()
    const [again] = (await get('/api/v1/dead-letters')).body.items
    expect(again).toMatchObject({ function: 'sessions', reason: expect.stringContaining('damaged') })
    await deadLetters.take(again.id)
  })

  it('are not lost when nobody can take them', async () => {
    await deadLetters.keep(event, 'a-function-of-old', 'gone', 1)
    const [letter] = (await get('/api/v1/dead-letters')).body.items
    const answer = await app.inject({ method: 'POST', url: `/api/v1/dead-letters/${letter.id}` })
    expect(answer.json().detail).toContain('a-function-of-old')
    expect((await get('/api/v1/dead-letters')).body.items).toMatchObject([{ function: 'a-function-of-old', reason: 'gone' }])
  })
})

describe('the description', () => {
  it('is valid OpenAPI 3.1 and names every route', async () => {
    const { body } = await get('/api/openapi.json')
    expect(body.openapi).toMatch(/^3\.1\./)
    const paths = Object.keys(body.paths)
    const routes = [
      'exchanges',
      'exchanges/{id}',
      'sessions',
      'sessions/{id}',
      'sessions/{id}/packets',
      'sessions/{id}/packets.pcapng',
      'histogram',
      'quality',
    ]
    for (const route of [
      ...routes,
      'extent',
      'values',
      'agents',
      'live',
      'captures',
      'captures/{id}',
      'local-captures',
      'dead-letters',
      'dead-letters/{id}',
    ])
      expect(paths).toContain(`/api/v1/${route}`)
    await SwaggerParser.validate(structuredClone(body))
  })
})

describe('the live feed', () => {
  /** Reads events from a real socket until `done` says so. */
  async function listen(query: string, done: (text: string) => boolean, begin: () => void): Promise<string> {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const abort = new AbortController()
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/live${query}`, { signal: abort.signal })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    begin()
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (done(text)) break
    }
    abort.abort()
    return text
  }
  const dataOf = (text: string, event: string): unknown =>
    JSON.parse(new RegExp(`^event: ${event}\ndata: (.*)$`, 'm').exec(text)?.[1] ?? 'null')

  it('sends what fits the filter, and stops watching when the reader goes', async () => {
    const offered = [call('l1', NOON, { status: 500 }), call('l2', NOON)].map((document) => JSON.stringify(document))
    const text = await listen(
      '?q=status%3E%3D500',
      (text) => text.includes('event: exchanges'),
      () => live.offer(offered),
    )
    expect(dataOf(text, 'exchanges')).toMatchObject({ items: [{ event: { id: 'l1' } }], counted: 1, skipped: 0 })
    while (live.watched) await new Promise((resolve) => setTimeout(resolve, 5))
  })

  it('counts what it leaves out', async () => {
    const offered = Array.from({ length: 5000 }, (_, i) => JSON.stringify(call(`m${i}`, NOON)))
    const text = await listen(
      '',
      (text) => /event: exchanges\ndata: .*\n\n/.test(text),
      () => live.offer(offered),
    )
    const data = dataOf(text, 'exchanges') as { items: { event: { id: string } }[]; counted: number; skipped: number }
    expect(data).toMatchObject({ counted: 5000, skipped: 4800 })
    expect(data.items.at(-1)?.event.id).toBe('m4999')
  })

  it('tells statuses of agents', async () => {
    const text = await listen(
      '',
      (text) => text.includes('event: status'),
      () => live.offerStatus(status('web', NOON)),
    )
    expect(dataOf(text, 'status')).toMatchObject({ agent: { id: 'web' } })
  })
})
