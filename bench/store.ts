/** The embedded store by hand: `node bench/store.ts [documents] [threads for figures]`. Prints documents/s, CPU and main-thread time per document, bytes on disk and query times. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { parse } from '#engines/query/parse.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { barsOf, printQuery } from './measure.ts'
import { random } from './random.ts'

const START = Date.UTC(2026, 0, 5, 10) * 1000
const SCOPE: Scope = { team: 'local', principal: 'bench' }
const BATCH = 10_000

const next = random(7)
const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]
const hex = (digits: number): string =>
  Array.from({ length: digits / 8 }, () =>
    Math.floor(next() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
const iso = (us: number): string => `${new Date(us / 1000).toISOString().slice(0, 20)}${String(us % 1_000_000).padStart(6, '0')}Z`

const SESSIONS = Array.from({ length: 500 }, () => ({
  id: hex(32),
  port: 30_000 + Math.floor(next() * 30_000),
  client: Math.floor(next() * 200),
}))

/** A call with ten headers each way, 50,000 of them a second. */
function call(i: number): ExchangeDocument {
  const at = START + i * 20
  const duration = Math.floor(500 + next() ** 4 * 200_000)
  const session = pick(SESSIONS)
  const trace = hex(32)
  const span = hex(16)
  const path = `/api/${pick(['orders', 'catalogue', 'payment', 'customers'])}/${Math.floor(next() * 100_000)}`
  const size = Math.floor(next() * 4000)
  return {
    '@timestamp': iso(at),
    event: { id: `${session.id}-${i * 431}`, start: iso(at), end: iso(at + duration), duration: duration * 1000 },
    client: { ip: `10.1.0.${session.client}`, port: session.port, domain: `gateway-${session.client}.shop.example` },
    server: { ip: `10.2.0.${i % 8}`, port: 8080, domain: `orders-${i % 8}.shop.example` },
    network: { protocol: 'http', transport: 'tcp' },
    http: {
      version: '1.1',
      request: {
        method: pick(['GET', 'GET', 'GET', 'POST', 'PUT']),
        bytes: 431,
        headers: [
          ['Host', 'orders.shop.example:8080'],
          ['User-Agent', 'shop-gateway/1.4'],
          ['Accept', 'application/json'],
          ['Accept-Encoding', 'gzip, br'],
          ['Connection', 'keep-alive'],
          ['traceparent', `00-${trace}-${span}-01`],
          ['X-Request-Id', hex(32)],
          ['Cookie', `session=${hex(24)}`],
          ['Authorization', `Bearer ${hex(64)}`],
          ['Cache-Control', 'no-cache'],
        ],
        body: { bytes: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
      },
      response: {
        status_code: next() < 0.97 ? 200 : pick([404, 500, 503]),
        reason: 'OK',
        bytes: size + 320,
        mime_type: 'application/json',
        headers: [
          ['Content-Type', 'application/json; charset=utf-8'],
          ['Content-Length', String(size)],
          ['Date', 'Mon, 05 Jan 2026 10:00:00 GMT'],
          ['Server', 'nginx/1.25'],
          ['ETag', `W/"${hex(16)}"`],
          ['Vary', 'Accept-Encoding'],
          ['X-Response-Time', `${duration}us`],
          ['Connection', 'keep-alive'],
          ['Keep-Alive', 'timeout=5'],
          ['Cache-Control', 'private, max-age=0'],
        ],
        body: { bytes: size, sha256: hex(64), ref: `bodies-20260105-3#${i * 2000}+${size}` },
      },
    },
    url: {
      original: `${path}?expand=lines`,
      full: `http://orders.shop.example:8080${path}?expand=lines`,
      scheme: 'http',
      domain: 'orders.shop.example',
      port: 8080,
      path,
      query: 'expand=lines',
    },
    user_agent: { original: 'shop-gateway/1.4' },
    trace: { id: trace },
    span: { id: span },
    spider: {
      team: 'local',
      agents: ['web-1.k3f9'],
      session: { id: session.id },
      status: next() < 0.999 ? 'complete' : 'incomplete',
      missing: [],
      time: { request: { first: at, last: at + 90 }, response: { first: at + duration - 200, last: at + duration } },
    },
  }
}

async function write(store: Store, from: number, count: number, again = false): Promise<void> {
  let spent = { wall: 0, cpu: 0, main: 0, bytes: 0, done: 0 }
  for (let first = from; first < from + count; first += 200_000) {
    const many = Math.min(200_000, from + count - first)
    const lines = again ? kept : Array.from({ length: many }, (_, i) => JSON.stringify(call(first + i)))
    kept = lines
    const [cpu, wall, main] = [process.cpuUsage(), performance.now(), process.threadCpuUsage()]
    for (let i = 0; i < lines.length; i += BATCH) {
      await store.saveJson(SCOPE, 'exchanges', lines.slice(i, i + BATCH))
      if (i % 50_000 === 40_000) await store.flush()
    }
    await store.flush()
    const used = process.cpuUsage(cpu)
    const usedByMain = process.threadCpuUsage(main)
    spent = {
      wall: spent.wall + performance.now() - wall,
      cpu: spent.cpu + (used.user + used.system) / 1000,
      main: spent.main + (usedByMain.user + usedByMain.system) / 1000,
      bytes: spent.bytes + lines.reduce((sum, line) => sum + line.length, 0),
      done: spent.done + lines.length,
    }
    if (again) break
  }
  const each = (ms: number): string => `${((ms * 1000) / spent.done).toFixed(1)} µs`
  console.log(
    `${again ? 'the last ones again: ' : ''}${spent.done} documents of ${Math.round(spent.bytes / spent.done)} bytes: ${Math.round((spent.done / spent.wall) * 1000)}/s until they can be queried; each ${each(spent.cpu)} CPU, of it ${each(spent.main)} on the main thread`,
  )
}

let kept: string[] = []

async function bytesIn(directory: string): Promise<number> {
  const names = await readdir(directory, { recursive: true })
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

const count = Number(process.argv[2] ?? 1_000_000)
const directory = await mkdtemp(join(tmpdir(), 'spider-bench-'))
try {
  const store = await openDuckDb({ directory, threads: Number(process.argv[3] ?? 2) })
  await write(store, 0, count)
  await write(store, 0, 0 + 1, true)
  console.log(
    `on disk ${Math.round((await bytesIn(directory)) / count)} bytes each; peak memory ${Math.round(process.resourceUsage().maxRSS / 1024)} MB, the documents of the bench included`,
  )
  const to = START / 1000 + count / 50
  const range = (text: string, from = START / 1000) => {
    const parsed = parse(text)
    if (!parsed.ok) throw new Error(parsed.message)
    return { from, to, filter: parsed.filter }
  }
  const page = (text: string) => store.find(SCOPE, 'exchanges', { ...range(text), size: 50, order: 'newest' })
  await printQuery('histogram by status class, 200 bins', () =>
    store.aggregate(SCOPE, 'exchanges', barsOf(range(''), count / 10_000, 'status_class')),
  )
  await printQuery('histogram by server', () => store.aggregate(SCOPE, 'exchanges', barsOf(range(''), count / 10_000, 'server.address')))
  await printQuery('histogram of status:5xx duration>10ms', () =>
    store.aggregate(SCOPE, 'exchanges', barsOf(range('status:5xx duration>10ms'), count / 10_000, 'status_class')),
  )
  for (const text of [
    '',
    'status:5xx',
    'path:/api/orders/*',
    'path:*4711*',
    'client:10.1.0.0/28',
    'orders',
    'trace:ffffffffffffffffffffffffffffffff',
  ])
    await printQuery(`first page of "${text}"`, () => page(text))
  const { items, next: after } = await page('')
  await printQuery('second page', () => store.find(SCOPE, 'exchanges', { ...range(''), size: 50, order: 'newest', after }))
  await printQuery('one by id', () => store.get(SCOPE, 'exchanges', items[0].event.id))
  await printQuery('values of url.path', () => store.values(SCOPE, range(''), 'url.path', '/api/or', 20))
  await printQuery('extent', () => store.extent(SCOPE))
  await store.close()
} finally {
  await rm(directory, { recursive: true, force: true })
}
