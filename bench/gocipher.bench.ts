import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { freePort } from '#adapters/free-port.case.ts'
import { newIdentity } from '#agents/agent/identity.ts'
import { cannotTakeSecrets } from '#agents/gocipher/able.case.ts'
import { Gocipher } from '#agents/gocipher/gocipher.ts'
import { parse } from '#agents/gocipher/options.ts'
import type { Event } from '#events/define.ts'
import type { TlsSecrets } from '#events/tls-secrets.ts'
import { cannotCapture, eventually, type Server, startServer } from '../test/support/server.ts'
import type { Options } from './captures.ts'
import { listen } from './feed.ts'
import { cpuOf, median, quantile } from './measure.ts'
import type { Row, Subject } from './report.ts'

const TARGET = fileURLToPath(new URL('gocipher-target.ts', import.meta.url))
const FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64']
const CALLS = 30_000
const RATE = 500
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** (h) What Gocipher costs a program it is attached to, and whether it misses sessions. */
export async function gocipherBench(options: Options): Promise<Subject> {
  const subject: Subject = { title: '(h) Gocipher: cost to its targets, sessions under load', rows: [], notes: [] }
  const blind = await cannotTakeSecrets(options.folder)
  if (blind) return { ...subject, notes: [`left out: ${blind}`] }
  subject.rows.push(...(await calls(options)), await connections(options))
  const deaf = cannotCapture()
  if (deaf) subject.notes.push(`through the whole of Spider: ${deaf}`)
  else subject.rows.push(await whole(options))
  subject.notes.push(
    'Cost: the difference of the fastest of all rounds. Seen after: from the end of a handshake at the client to its secrets at the server, Gocipher sharing the cores with both. Through the whole of Spider: calls that were stored, and from the end of a handshake to its being told, decrypted, on the live feed.',
  )
  return subject
}

/** Says a line to a target, and gives what it answers. */
function talk(child: ChildProcess): () => Promise<Record<string, unknown>> {
  const lines = createInterface({ input: child.stdout! })
  return async () => {
    child.stdin!.write('go\n')
    const [line] = (await once(lines, 'line')) as [string]
    return JSON.parse(line) as Record<string, unknown>
  }
}

const target = (...args: string[]) => spawn(process.execPath, [TARGET, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })

async function watching(options: Options, heard: (event: Event) => void, pid: number): Promise<Gocipher> {
  const gocipher = new Gocipher({
    bus: { publish: async (event) => heard(event) },
    options: parse(['--cache', options.folder, '--pid', String(pid)], {}).options,
    identity: newIdentity('bench', '0'),
  })
  await gocipher.start()
  return gocipher
}

/** CPU time (ns) that a call of SSL_write takes, without and with Gocipher, in turn. */
async function calls(options: Options): Promise<Row[]> {
  const folder = FOLDERS.find((each) => existsSync(`${each}/libssl.so.3`))
  if (!folder) return []
  const child = target('calls', `${folder}/libcrypto.so.3`, `${folder}/libssl.so.3`, String(CALLS))
  const measure = talk(child)
  const [without, withIt]: number[][] = [[], []]
  for (let round = 0; round < options.runs; round++) {
    for (let time = 0; time < 3; time++) without.push((await measure()).ns as number)
    const gocipher = await watching(options, () => {}, child.pid!)
    for (let time = 0; time < 3; time++) withIt.push((await measure()).ns as number)
    await gocipher.stop()
  }
  child.kill()
  const least = { without: Math.min(...without), with: Math.min(...withIt) }
  return [{ what: 'a call of SSL_write, ns', without: least.without, with: least.with, cost: least.with - least.without }]
}

/** New TLS connections: how many were seen, and how long after. */
async function connections(options: Options): Promise<Row> {
  const child = target('connections', String(RATE), String(options.seconds))
  const measure = talk(child)
  const heard = new Map<string, number>()
  const gocipher = await watching(
    options,
    ({ data }) => {
      const now = performance.timeOrigin + performance.now()
      for (const { keylog } of (data as Partial<TlsSecrets>).secrets ?? []) {
        const random = keylog.split(' ')[1]
        if (!heard.has(random)) heard.set(random, now)
      }
    },
    child.pid!,
  )
  const before = cpuOf(process.pid)
  const { done, seconds } = (await measure()) as { done: [string, number][]; seconds: number }
  await pause(500)
  const cpu = cpuOf(process.pid) - before
  await gocipher.stop()
  child.kill()
  const delays = done.filter(([random]) => heard.has(random)).map(([random, at]) => heard.get(random)! - at)
  return {
    what: 'new TLS connections',
    'a second': done.length / seconds,
    seen: `${delays.length}/${done.length}`,
    'seen after, ms (median)': median(delays),
    '99 %': quantile(delays, 0.99),
    'CPU s': cpu,
  }
}

/** The same, captured and decrypted in one process: how many of the calls over them were found. */
async function whole(options: Options): Promise<Row> {
  const port = await freePort()
  const child = target('connections', String(RATE), String(options.seconds), String(port))
  const data = join(options.folder, 'whole')
  const server = await startServer(data, '--gocipher', '--interface', 'lo', '--filter', `tcp port ${port}`)
  await eventually(async () => server.said().includes('TLS of this machine') || undefined, 60_000)
  const told = new Map<string, number>()
  const abort = new AbortController()
  const listening = listen(server, abort.signal, ({ spider }, at) => {
    const random = spider.tls?.client_random
    if (random !== undefined && spider.tls?.decryption === 'decrypted' && !told.has(random)) told.set(random, at)
  })
  const before = cpuOf(server.child.pid!)
  const { done, seconds } = (await talk(child)()) as { done: [string, number][]; seconds: number }
  const counts = await settled(server, port)
  const cpu = cpuOf(server.child.pid!) - before
  abort.abort()
  await listening
  await server.stop()
  child.kill()
  rmSync(data, { recursive: true })
  const delays = done.filter(([random]) => told.has(random)).map(([random, at]) => told.get(random)! - at)
  return {
    what: 'calls over new TLS connections, through the whole of Spider',
    'a second': done.length / seconds,
    seen: `${counts.calls}/${done.length}`,
    'seen after, ms (median)': median(delays),
    '99 %': quantile(delays, 0.99),
    'CPU s': cpu,
  }
}

/** The calls that are stored of a port, once they get no more. */
async function settled(server: Server, port: number): Promise<{ calls: number; closed: number }> {
  const count = async (q: string): Promise<number> => (await server.find(`server.port=${port} ${q}`, 0)).total
  for (let before = -1; ; await pause(3000)) {
    const calls = await count('protocol:http status=200')
    if (calls === before) return { calls, closed: await count('protocol:tls not decryption:decrypted') }
    before = calls
  }
}
