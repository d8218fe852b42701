import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { StatusDocument } from '#events/documents/status.ts'
import { cannotCapture, eventually, startServer } from '../test/support/server.ts'
import type { Options } from './captures.ts'
import { type Load, startLoad } from './load.ts'
import { cpuOf, installed, median } from './measure.ts'
import type { Row, Subject } from './report.ts'

interface Run {
  calls: number
  kept: number
  lost: number
  cpu: number
  found?: number
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** (c) Packets kept and lost under the load that wrk can make, beside `tcpdump -w`, in turn. */
export async function liveBench(options: Options): Promise<Subject> {
  const subject: Subject = {
    title: '(c) Live: packets kept and lost under load',
    rows: [],
    notes: ['Load and capture share the cores: fewer calls a second means that the capture took of them.'],
  }
  const blind = cannotCapture() ?? (installed('wrk') && installed('tcpdump') ? undefined : 'left out: needs wrk and tcpdump')
  if (blind) return { ...subject, notes: [blind] }
  const load = await startLoad()
  const kinds: [string, () => Promise<Run>][] = [
    ['nothing', async () => ({ calls: await load.run(options.seconds), kept: 0, lost: 0, cpu: 0 })],
    ['tcpdump -w', () => withTcpdump(load, options)],
    ['spider start', () => withSpider(load, options)],
  ]
  const runs = new Map(kinds.map(([name]) => [name, [] as Run[]]))
  for (let run = 0; run < options.runs; run++) {
    for (const [name, measure] of kinds) runs.get(name)!.push(await measure())
  }
  load.stop()
  for (const [name, all] of runs) {
    const row: Row = { capturing: name, 'calls/s': median(all.map(({ calls }) => calls)) / options.seconds }
    if (name !== 'nothing') {
      Object.assign(row, {
        'packets kept': median(all.map(({ kept }) => kept)),
        'packets lost': Math.max(...all.map(({ lost }) => lost)),
        'CPU s': median(all.map(({ cpu }) => cpu)),
      })
    }
    if (all[0].found !== undefined) row['calls found'] = all.map(({ found, calls }) => `${found}/${calls}`).join(' ')
    subject.rows.push(row)
  }
  return subject
}

async function withTcpdump(load: Load, { folder, seconds }: Options): Promise<Run> {
  const file = join(folder, 'live.pcap')
  const tcpdump = spawn('tcpdump', ['-i', 'lo', '-B', '65536', '-w', file, `tcp port ${load.port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(tcpdump.stderr, 'data')
  let said = ''
  tcpdump.stderr.on('data', (chunk: Buffer) => (said += chunk))
  const closed = once(tcpdump, 'close')
  const calls = await load.run(seconds)
  await pause(1500)
  const cpu = cpuOf(tcpdump.pid!)
  tcpdump.kill('SIGINT')
  await closed
  rmSync(file)
  const count = (what: string) => Number(new RegExp(`(\\d+) packets? ${what}`).exec(said)?.[1])
  return { calls, kept: count('captured'), lost: count('dropped by kernel'), cpu }
}

async function withSpider(load: Load, { folder, seconds }: Options): Promise<Run> {
  const data = join(folder, 'live')
  const server = await startServer(data, '--interface', 'lo', '--filter', `tcp port ${load.port}`)
  await pause(500)
  const before = cpuOf(server.child.pid!)
  const calls = await load.run(seconds)
  const ended = Date.now()
  // The agent tells its counters every 20 s; the first after the load counts it all.
  const status = await eventually(async () => {
    const { items } = await server.get<{ items: StatusDocument[] }>('/api/v1/agents')
    return items.find((item) => Date.parse(item['@timestamp']) > ended + 1500)?.spider
  }, 45_000)
  const found = (await server.find('', 0)).total
  const cpu = cpuOf(server.child.pid!) - before
  await server.stop()
  rmSync(data, { recursive: true })
  return { calls, kept: status.captured.packets, lost: status.dropped.kernel + status.overflow.packets, cpu, found }
}
