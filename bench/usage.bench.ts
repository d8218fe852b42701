import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '#adapters/free-port.case.ts'
import { newIdentity } from '#agents/agent/identity.ts'
import { parse } from '#agents/gocipher/options.ts'
import { cannotCount } from '#agents/gocipher/usage/able.case.ts'
import { Usage } from '#agents/gocipher/usage/usage.ts'
import type { Event } from '#events/define.ts'
import { eventually } from '../test/support/server.ts'
import type { Options } from './captures.ts'
import { cpuOf, installed, median, TIME } from './measure.ts'
import type { Row, Subject } from './report.ts'

const LOADS: Record<string, string[]> = { 'kept open': [], 'a new connection for each': ['-H', 'Connection: close'] }
/** A period of sums, and a little. */
const IDLE_S = 21

/** (k) What it costs to count what processes send and receive: CPU time of a call, client and server, without and with it, in turn. */
export async function usageBench(options: Options): Promise<Subject> {
  const subject: Subject = { title: '(k) Network usage: cost of counting', rows: [], notes: [] }
  const blind = (await cannotCount(options.folder)) ?? (installed('wrk') && installed('nginx') ? undefined : 'needs wrk and nginx')
  if (blind) return { ...subject, notes: [`left out: ${blind}`] }
  subject.rows.push(await idle(options))
  const nginx = await startNginx(options.folder)
  for (const [what, header] of Object.entries(LOADS)) subject.rows.push(await loaded(options, nginx, what, header))
  nginx.stop()
  subject.notes.push(
    'CPU of a call: nginx and wrk on one machine, both ends counted, the fastest of all rounds. Share of a core: without calls, what Gocipher itself uses; with them, what the kernel adds to them at that rate.',
  )
  return subject
}

async function counting<Answer>(options: Options, work: () => Promise<Answer>): Promise<{ answer: Answer; cpu: number; usages: number }> {
  const events: Event[] = []
  const usage = new Usage({
    bus: { publish: async (event) => void events.push(event) },
    options: parse(['--cache', options.folder], {}).options,
    identity: newIdentity('bench', '0'),
  })
  await usage.start()
  const before = process.cpuUsage()
  const answer = await work()
  await usage.stop()
  const { user, system } = process.cpuUsage(before)
  return { answer, cpu: (user + system) / 1e6, usages: events.reduce((sum, { data }) => sum + (data as { usages: [] }).usages.length, 0) }
}

async function idle(options: Options): Promise<Row> {
  const { cpu, usages } = await counting(options, () => new Promise((resolve) => setTimeout(resolve, IDLE_S * 1000)))
  return { load: `none, ${usages} flows`, 'share of a core, %': (cpu / IDLE_S) * 100 }
}

interface Nginx {
  port: number
  worker: number
  stop(): void
}

interface Run {
  /** µs. */
  cpu: number
  rate: number
}

async function loaded(options: Options, nginx: Nginx, what: string, header: string[]): Promise<Row> {
  const [without, withIt]: [Run[], Run[]] = [[], []]
  for (let round = 0; round < options.runs * 3; round++) {
    without.push(await run(nginx, options.seconds, header))
    withIt.push((await counting(options, () => run(nginx, options.seconds, header))).answer)
  }
  const fastest = (runs: Run[]): number => Math.min(...runs.map(({ cpu }) => cpu))
  const rate = median(withIt.map(({ rate }) => rate))
  const more = fastest(withIt) - fastest(without)
  return {
    load: `calls, ${what}`,
    'calls/s': rate,
    'CPU of a call, µs': fastest(without),
    counted: fastest(withIt),
    'share of a core, %': (more * rate) / 1e4,
  }
}

async function run({ port, worker }: Nginx, seconds: number, header: string[]): Promise<Run> {
  const before = cpuOf(worker)
  const args = ['-f', '%U %S', 'wrk', '-t1', '-c20', `-d${seconds}s`, ...header, `http://127.0.0.1:${port}/`]
  const { stdout, stderr } = await promisify(execFile)(TIME, args)
  const calls = Number(/(\d+) requests in/.exec(stdout)?.[1])
  const [user, system] = stderr.trim().split('\n').at(-1)!.split(' ').map(Number)
  return { cpu: ((cpuOf(worker) - before + user + system) / calls) * 1e6, rate: calls / seconds }
}

async function startNginx(folder: string): Promise<Nginx> {
  const port = await freePort()
  const configuration = join(folder, 'nginx.conf')
  writeFileSync(
    configuration,
    `user root; daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log /dev/null; events {}
    http { access_log off; keepalive_requests 100000000; server { listen 127.0.0.1:${port}; return 200 "hello"; } }`,
  )
  const child = spawn('nginx', ['-c', configuration], { stdio: 'ignore' })
  await once(child, 'spawn')
  const worker = await eventually(async () => {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim()
    return children === '' ? undefined : Number(children)
  })
  return { port, worker, stop: () => child.kill() }
}
