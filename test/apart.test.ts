import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BlobReference } from '#adapters/blobs/port.ts'
import { encodeCloudEvent } from '#adapters/bus/http/encode.ts'
import { freePort } from '#adapters/free-port.case.ts'
import { hasRedis, startRedis } from '#adapters/servers.case.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exampleExchange } from '#events/exchange-parsed.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { endOfCapture, packetsCaptured } from '#events/packets-captured.ts'
import { registry } from '#events/registry.ts'
import { streamAdvanced } from '#events/stream-advanced.ts'
import { keepUndelivered } from '#functions/dead-letters/handler.ts'
import { openPorts, type Ports } from '#functions/host/adapters.ts'
import { type Apart, type ApartOptions, createApart } from '#functions/host/apart.ts'
import { readSettings } from '#functions/host/settings.ts'
import { wakeLanes } from '#functions/host/sweep.ts'
import { LiveFeed, type LiveMessage } from '#functions/query/live.ts'
import { StorePoll } from '#functions/query/poll.ts'
import type { Handled } from '../demo/service.ts'
import { broker, deliver, type Fault } from './support/broker.ts'
import { sectionsOf } from './support/sections.ts'
import { eventually } from './support/server.ts'
import { lines } from './support/spider.ts'

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url).pathname
const truth = lines<Handled>(readFileSync(fixture('shop.truth.jsonl'), 'utf8'))
const scope = { team: 'local', principal: 'test' }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-apart-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function analyse(ports: Ports, apart: Apart, shuffled = false): Promise<ExchangeDocument[]> {
  const sections = [...sectionsOf(gunzipSync(readFileSync(fixture('shop.pcap.gz'))), 50).map(({ bytes }) => bytes), endOfCapture]
  const events = sections.map((section, index) => {
    const attributes = { id: `one/0/${index + 1}`, time: new Date().toISOString(), partitionkey: 'one/0', sequence: index + 1 }
    return packetsCaptured.make('/agents/one', section, attributes)
  })
  if (shuffled) events.reverse()
  for (const event of events) await apart.handler('ingest')(event)
  const store = await ports.store()
  return eventually(async () => {
    const { items } = await store.find(scope, 'exchanges', { from: 0, to: 8e15, filter: { kind: 'all' }, size: 1000, order: 'oldest' })
    return items.filter(({ network, spider }) => network.protocol === 'http' && spider.status === 'complete').length === truth.length
      ? items
      : undefined
  })
}

const comparable = (documents: ExchangeDocument[]) =>
  documents.map((document) => JSON.stringify(document, (key, value) => (key === 'ref' ? undefined : value))).sort()

const options = (sink: string | undefined, chain: readonly string[]): ApartOptions => ({
  team: 'local',
  keepBody: 1 << 20,
  sink,
  chain: new Set(chain),
  licensed: false,
  secrets: async () => ({ key: new Uint8Array(32).fill(7), keepMs: 3_600_000, waitMs: 10_000 }),
  claimBytes: 4096,
  now: Date.now,
})

/** What one process makes of the capture. */
const expected = async (name: string): Promise<string[]> => {
  const ports = openPorts(readSettings({ SPIDER_DATA: join(folder, name) }), () => {})
  const documents = await analyse(ports, createApart(ports, options(undefined, [])))
  await ports.close()
  return comparable(documents)
}

interface Case {
  what: string
  chain: string[]
  fault?: Fault
  shuffled?: boolean
  sweeps?: boolean
}

const seen = new Map<string, number>()
const everyThird = (event: Event): boolean => {
  const count = (seen.get(event.type) ?? 0) + 1
  seen.set(event.type, count)
  return count % 3 === 0
}

const cases: Case[] = [
  { what: 'each apart', chain: [] },
  { what: 'parsing in the process of sessions', chain: ['parsing'] },
  { what: 'events brought twice', chain: [], fault: () => 'twice' },
  { what: 'packets out of order', chain: [], shuffled: true },
  {
    what: 'wake-ups forgotten, and the sweep',
    chain: ['parsing', 'dedup'],
    fault: ({ type }) => (type === laneAdvanced.type ? 'forgotten' : 'once'),
    sweeps: true,
  },
  {
    what: 'every third wake-up forgotten, and the sweep',
    chain: [],
    fault: (event) => (event.type === laneAdvanced.type && everyThird(event) ? 'forgotten' : 'once'),
    sweeps: true,
  },
]

async function joined(name: string, env: Record<string, string>, { chain, fault, shuffled, sweeps }: Case): Promise<string[]> {
  const ports = openPorts(readSettings({ SPIDER_DATA: join(folder, name), ...env }), () => {})
  let apart: Apart | undefined
  const sink = await broker(
    () => apart!,
    async (reference) => (await ports.blobs()).get(reference as BlobReference),
    fault,
  )
  apart = createApart(ports, options(sink.url, chain))
  const sweeping = new AbortController()
  const sweep = async (): Promise<void> => {
    while (!sweeping.signal.aborted) {
      await wakeLanes(
        await ports.state(),
        { publish: async (event) => void deliver(apart!.handler(event.type === laneAdvanced.type ? 'sessions' : 'parsing'), event) },
        Date.now,
      )
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const swept = sweeps ? sweep() : undefined
  try {
    return comparable(await analyse(ports, apart, shuffled))
  } finally {
    sweeping.abort()
    await swept
    sink.close()
    await ports.close()
  }
}

describe.each(cases)('$what', (each) => {
  it('gives what the chain gives, with the embedded state', async () => {
    const name = each.what.replaceAll(/\W+/g, '-')
    expect(await joined(name, {}, each)).toEqual(await expected(`chained-${name}`))
  })
  it.runIf(hasRedis)('gives what the chain gives, with Redis', async () => {
    const redis = await startRedis('--appendonly', 'yes')
    try {
      const name = `redis-${each.what.replaceAll(/\W+/g, '-')}`
      expect(await joined(name, { REDIS_URL: redis.url }, each)).toEqual(await expected(`chained-${name}`))
    } finally {
      await redis.remove()
    }
  })
})

it('what a broker could not deliver is kept with its reason, as it came, and can be taken out', async () => {
  const redis = hasRedis ? await startRedis('--appendonly', 'yes') : undefined
  const ports = openPorts(readSettings({ SPIDER_DATA: join(folder, 'letters'), ...(redis && { REDIS_URL: redis.url }) }), () => {})
  try {
    const letters = await ports.deadLetters()
    const event = packetsCaptured.make('/agents/one', endOfCapture, {
      id: 'one/0/1',
      time: '2026-01-05T10:00:00Z',
      partitionkey: 'one/0',
      sequence: 1,
    })
    const problem = Buffer.from(JSON.stringify({ title: 'x', detail: 'the lane is unknown' })).toString('base64')
    await keepUndelivered(letters)(event, { destination: 'http://sessions.spider.svc.cluster.local', code: '422', data: problem })
    const [letter] = await letters.list()
    expect(letter).toMatchObject({
      function: 'sessions',
      reason: 'answered 422: the lane is unknown',
      event: { id: 'one/0/1', type: event.type },
    })
    const taken = await Promise.all([letters.take(letter.id), letters.take(letter.id)])
    expect(taken.filter(Boolean)).toEqual([{ event, function: 'sessions' }])
    expect(await letters.list()).toEqual([])
  } finally {
    await ports.close()
    await redis?.remove()
  }
})

it('a function alone on the functions framework handles a CloudEvent, and refuses with a problem what does not fit', async () => {
  const port = await freePort()
  const framework = fileURLToPath(new URL('../node_modules/@google-cloud/functions-framework/build/src/main.js', import.meta.url))
  const child = spawn(process.execPath, [framework], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, FUNCTION_TARGET: 'parsing', PORT: String(port), SPIDER_DATA: join(folder, 'alone') },
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}/`
    await eventually(async () => (await fetch(url, { method: 'POST' })).status || undefined)
    const event = streamAdvanced.make(
      '/functions/sessions',
      { ...streamAdvanced.example, sequence: 1 },
      { id: '1', time: new Date().toISOString() },
    )
    const { headers, body } = encodeCloudEvent(event, registry)
    expect((await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status).toBe(204)
    const wrong = await fetch(url, { method: 'POST', headers: { ...headers, 'ce-type': 'nothing.known.v1' }, body: Buffer.from(body) })
    expect(wrong.status).toBe(400)
    expect(wrong.headers.get('content-type')).toContain('application/problem+json')
  } finally {
    child.kill()
  }
  const ports = openPorts(readSettings({ SPIDER_DATA: join(folder, 'alone') }), () => {})
  const { items } = await (await eventually(() => ports.store())).find(scope, 'exchanges', {
    from: 0,
    to: 8e15,
    filter: { kind: 'all' },
    size: 10,
    order: 'oldest',
  })
  await ports.close()
  expect(items.map(({ http }) => http?.response?.status_code)).toEqual([204])
})

it('query alone shows on its live feed what another instance stored', async () => {
  const store = await openDuckDb({ directory: ':memory:' })
  const live = new LiveFeed({ seesAll: false })
  const poll = new StorePoll(store, scope, live, Date.now)
  live.watching = (watched) => (watched ? poll.start() : poll.stop())
  const told: LiveMessage[] = []
  const stop = live.watch({ matches: () => true }, (message) => told.push(message))
  await new Promise((resolve) => setTimeout(resolve, 200))
  const at = new Date().toISOString()
  await store.save(scope, 'exchanges', [{ ...exampleExchange, '@timestamp': at }])
  await store.flush()
  await eventually(async () => (told.length > 0 ? true : undefined))
  stop()
  expect(told).toMatchObject([{ event: 'exchanges', data: { counted: 1, items: [{ event: { id: exampleExchange.event.id } }] } }])
  await store.close()
})
