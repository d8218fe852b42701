import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { noBrowser, openBrowser } from '../test/support/browser.ts'
import { eventually, type Server, startServer } from '../test/support/server.ts'
import { BY, METRICS as MAP_METRICS, MOST as MOST_LINKS } from '../ui/src/logic/map/graph.ts'
import { ENDPOINTS } from '../ui/src/logic/statistics/endpoints.ts'
import { METRICS as FIGURES } from '../ui/src/logic/statistics/measures.ts'
import { cpuOf, median, quantile } from './measure.ts'
import { type Millions, millions } from './millions.ts'
import type { Row, Subject } from './report.ts'

const COUNT = 10_000_000
/** Stretches that each question is asked of, unless the time for it is over before. */
const RUNS = 10
/** For each question, ms on the clock: the whole takes some minutes however busy the machine is. */
const PATIENCE = 10_000

/** What the page asks of a range, as it asks it. */
const QUESTIONS: Record<string, [path: string, query: Record<string, string | number>]> = {
  extent: ['/extent', {}],
  ...Object.fromEntries(
    [
      'status_class',
      'client.address',
      'server.address',
      'event.outcome',
      'network.protocol',
      'http.request.method',
      'url.domain',
      'spider.status',
      'spider.agents',
      'tls.version',
    ].map((by) => [`timeline by ${by}`, ['/histogram', { bins: 120, by }]]),
  ),
  'timeline of status:5xx duration>10ms': ['/histogram', { bins: 120, by: 'status_class', q: 'status:5xx duration>10ms' }],
  'quality line': ['/quality', {}],
  'dashboard, course': ['/aggregate', { by: 'time', metrics: 'errors,bytes,p50,p90,p99', sort: 'key', most: 500, bins: 120 }],
  'dashboard, slowest endpoints': ['/aggregate', { by: 'url.domain,url.path', metrics: 'errors,p99', sort: '-p99', most: 6 }],
  map: ['/aggregate', { by: BY, metrics: MAP_METRICS, most: MOST_LINKS }],
  'facet of server': ['/aggregate', { by: 'server.address', metrics: 'errors', most: 10 }],
  'facet of path': ['/aggregate', { by: 'url.path', metrics: 'errors', most: 10 }],
  'statistics by server': ['/aggregate', { by: 'server.address', metrics: FIGURES, sort: '-count', most: 200 }],
  'statistics by server, course': ['/aggregate', { by: 'server.address,time', metrics: FIGURES, sort: '-count', most: 10_000, bins: 120 }],
  'latency map': ['/aggregate', { by: 'time,event.duration:log4', sort: 'key', most: 50_000, bins: 160 }],
  endpoints: ['/aggregate', ENDPOINTS],
  'grid, first page': ['/exchanges', { size: 200 }],
  'grid, first page by duration': ['/exchanges', { size: 200, sort: '-event.duration' }],
  'grid, first page of status:5xx': ['/exchanges', { size: 200, q: 'status:5xx' }],
}

/** (f) What the page asks of ten million stored calls, and how soon it shows them. */
export async function storedBench(): Promise<Subject[]> {
  const stored = await millions(COUNT)
  const scan = await plainScan(stored)
  const server = await startServer(stored.directory, '--no-capture')
  try {
    const paint = noBrowser ? [] : await firstPaint(server)
    const load = loadavg()[0].toFixed(1)
    const rows: Row[] = []
    for (const [title, [path, query]] of Object.entries(QUESTIONS)) {
      process.stderr.write(`${title} …\n`)
      rows.push({ question: title, ...(await timesOf(server, stored, path, query, scan)) })
    }
    return [
      {
        title: '(f) Ten million calls: first useful paint',
        rows: paint,
        notes: [
          noBrowser ?? 'bars of the timeline, and rows of the list: from the click on the link on',
          `load average ${load}, ${cpus().length} cores`,
        ],
      },
      {
        title: '(f) Ten million calls: what the page asks',
        rows,
        notes: [
          `first: of a server that was just started. p95: of so many runs, each of a stretch a little other than the one before, in ${PATIENCE / 1000} s at most`,
          `CPU of the server for each. plain: DuckDB alone, count and mean of the same rows by server, ${scan.toFixed(0)} ms of CPU here`,
          `load average ${load} to ${loadavg()[0].toFixed(1)}, ${cpus().length} cores`,
        ],
      },
    ]
  } finally {
    await server.stop()
  }
}

/** What this machine does at this moment: CPU time of DuckDB alone, counting the same rows by server, ms. */
async function plainScan({ directory }: Millions): Promise<number> {
  const instance = await DuckDBInstance.create(join(directory, 'store', 'documents.duckdb'), { access_mode: 'READ_ONLY', threads: '1' })
  const connection = await instance.connect()
  const tables = (
    await connection.runAndReadAll(`SELECT table_name FROM duckdb_tables() WHERE regexp_matches(table_name, '^exchanges_\\d+$')`)
  ).getRows()
  const all = tables.map(([name]) => `SELECT "server.domain" AS server, "event.duration" AS duration FROM "${name}"`).join(' UNION ALL ')
  const times: number[] = []
  for (let run = 0; run < 5; run++) {
    const began = process.cpuUsage()
    await connection.runAndReadAll(`SELECT server, count(*), avg(duration) FROM (${all}) GROUP BY server`)
    const { user, system } = process.cpuUsage(began)
    times.push((user + system) / 1000)
  }
  connection.closeSync()
  instance.closeSync()
  return median(times)
}

async function timesOf(
  server: Server,
  { from, to }: Millions,
  path: string,
  query: Record<string, string | number>,
  scan: number,
): Promise<Row> {
  const ask = async (minutes: number): Promise<number> => {
    const search = new URLSearchParams({ from: String(from + minutes * 60_000), to: String(to), ...query })
    const began = performance.now()
    await server.get(`/api/v1${path}?${search}`)
    return performance.now() - began
  }
  const first = await ask(0)
  const before = cpuOf(server.child.pid!)
  const times: number[] = []
  const end = performance.now() + PATIENCE - first
  for (let run = 1; run === 1 || (run <= RUNS && performance.now() < end); run++) times.push(await ask(run))
  const cpu = ((cpuOf(server.child.pid!) - before) * 1000) / times.length
  return {
    runs: String(times.length),
    'first ms': first,
    'median ms': median(times),
    'p95 ms': quantile(times, 0.95),
    'CPU ms': cpu,
    'CPU / plain': cpu / scan,
  }
}

/** In the page, ms from its beginning. */
interface Painted {
  bars?: number
  rows?: number
}

async function firstPaint(server: Server): Promise<Row[]> {
  const browser = await openBrowser()
  try {
    const rows: Row[] = []
    for (const opened of ['first', 'again', 'again', 'again']) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      await page.addInitScript(WATCH)
      await page.goto(server.url)
      const painted = await eventually(async () => {
        const { bars, rows: list } = await page.evaluate<Painted>('painted')
        return bars && list ? { 'bars ms': bars, 'rows ms': list } : undefined
      }, 120_000)
      rows.push({ opened, ...painted })
      await page.close()
    }
    return rows
  } finally {
    await browser.close()
  }
}

/** Looks at each frame whether there is something to see. */
const WATCH = `
  globalThis.painted = {}
  const look = () => {
    if (!painted.bars && /^[1-9]/.test(document.querySelector('.timeline-chart [aria-label*="between"]')?.getAttribute('aria-label') ?? '')) painted.bars = performance.now()
    if (!painted.rows && document.querySelector('.grid-row')) painted.rows = performance.now()
    if (!painted.bars || !painted.rows) requestAnimationFrame(look)
  }
  requestAnimationFrame(look)`
