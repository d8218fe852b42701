// By hand: `node bench/agent.ts [seconds] [rounds]`. The agent alone under load, what it sends thrown away, beside tcpdump -w /dev/null.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { newIdentity } from '#agents/agent/identity.ts'
import { defaults } from '#agents/whisperer/options.ts'
import { Whisperer } from '#agents/whisperer/whisperer.ts'
import { type Load, startLoad } from './load.ts'
import { cpuOf } from './measure.ts'

interface Run {
  kept: number
  lost: number
  cpu: number
}

const [, , first = '6', second = '2'] = process.argv

if (first === 'agent') await agent(Number(second))
else await compare(Number(first), Number(second))

async function compare(seconds: number, rounds: number): Promise<void> {
  const load = await startLoad()
  const kinds: Record<string, (run: () => Promise<number>) => Promise<Run & { calls: number }>> = {
    nothing: async (run) => ({ calls: await run(), kept: 0, lost: 0, cpu: 0 }),
    'tcpdump -B 65536 -w /dev/null': (run) => withTcpdump(load, run),
    whisperer: (run) => withAgent(load, run),
  }
  const rows: Record<string, unknown>[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const [capturing, measure] of Object.entries(kinds)) {
      const { calls, kept, lost, cpu } = await measure(() => load.run(seconds))
      const perMillion = kept === 0 ? '' : ((cpu / kept) * 1e6).toFixed(2)
      rows.push({
        round,
        capturing,
        'calls/s': Math.round(calls / seconds),
        kept,
        lost,
        'CPU s': cpu.toFixed(2),
        'CPU s per million packets': perMillion,
      })
    }
  }
  load.stop()
  console.table(rows)
}

async function withTcpdump(load: Load, run: () => Promise<number>): Promise<Run & { calls: number }> {
  const child = spawn('tcpdump', ['-i', 'lo', '-B', '65536', '-w', '/dev/null', `tcp port ${load.port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text))
  while (!said.includes('listening')) await once(child.stderr, 'data')
  const calls = await run()
  await new Promise((resolve) => setTimeout(resolve, 1200))
  const cpu = cpuOf(child.pid as number)
  child.kill('SIGINT')
  await once(child, 'close')
  const count = (words: string): number => Number(new RegExp(`(\\d+) packets? ${words}`).exec(said)?.[1] ?? 0)
  return { calls, kept: count('captured'), lost: count('dropped by kernel'), cpu }
}

async function withAgent(load: Load, run: () => Promise<number>): Promise<Run & { calls: number }> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'agent', String(load.port)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  const before = cpuOf(child.pid as number)
  const calls = await run()
  child.stdin.end()
  const [said] = await once(child.stdout, 'data')
  const { kept, lost, cpu } = JSON.parse(String(said)) as Run
  return { calls, kept, lost, cpu: cpu - before }
}

async function agent(port: number): Promise<void> {
  const whisperer = new Whisperer({
    bus: { publish: async () => {} },
    source: { kind: 'interface', module: import.meta.resolve('#adapters/capture/libpcap/live.ts'), exclude: [] },
    options: { ...defaults(), interface: ['lo'], filter: `tcp port ${port}`, resolve: 'none' },
    identity: newIdentity('bench', '0'),
  })
  await whisperer.start()
  process.stdout.write('ready\n')
  await once(process.stdin.resume(), 'end')
  await whisperer.stop()
  const { captured, dropped, overflow, cpu, memory } = whisperer.status().spider
  process.stderr.write(`whisperer: ${Math.round(memory / 2 ** 20)} MB\n`)
  process.stdout.write(JSON.stringify({ kept: captured.packets - overflow.packets, lost: dropped.kernel + overflow.packets, cpu }))
}
