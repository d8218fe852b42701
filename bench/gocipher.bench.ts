import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { newIdentity } from '#agents/agent/identity.ts'
import { cannotTakeSecrets } from '#agents/gocipher/able.case.ts'
import { Gocipher } from '#agents/gocipher/gocipher.ts'
import { parse } from '#agents/gocipher/options.ts'
import type { Event } from '#events/define.ts'
import type { TlsSecrets } from '#events/tls-secrets.ts'
import type { Options } from './captures.ts'
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
  subject.notes.push(
    'Cost: the difference of the fastest of all rounds. Seen after: from the end of a handshake at the client to its secrets at the server, Gocipher sharing the cores with both.',
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
