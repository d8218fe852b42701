import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '#adapters/free-port.case.ts'
import { sendCapture } from '../../test/cluster/support/burst.ts'
import { pause, waitFor } from '../../test/cluster/support/cluster.ts'
import { countExchanges, forgetAll } from '../../test/cluster/support/exchanges.ts'
import { PodWatch } from '../../test/cluster/support/pods.ts'
import type { Servers } from '../../test/cluster/support/servers.ts'
import { cpuOf, memoryOf } from '../measure.ts'
import type { Row } from '../report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** After the last call is stored: documents of sessions, cursors, and the status of the agent. */
const AFTER_MS = 3_000

const stored = async (elasticsearch: string, calls: number): Promise<void> => {
  await waitFor(`${calls} calls`, 600_000, async () => (await countExchanges(elasticsearch)) >= calls || undefined)
}

/** A capture through the functions as they are installed: CPU of each, and of the broker. */
export async function throughCluster(servers: Servers, capture: string, calls: number, how: string): Promise<Row[]> {
  const { ELASTICSEARCH_URL } = servers.here
  await forgetAll(ELASTICSEARCH_URL)
  const watch = new PodWatch()
  await pause(500)
  const begun = performance.now()
  const { code, said } = await sendCapture([capture], how)
  if (code !== 0) throw new Error(said)
  await stored(ELASTICSEARCH_URL, calls)
  const seconds = (performance.now() - begun) / 1000
  await pause(AFTER_MS)
  const used = await watch.end()
  const functions = Object.entries(used).filter(([name]) => name !== 'broker')
  const cpu = functions.reduce((sum, [, { cpu }]) => sum + cpu, 0)
  const row = (of: string, used: { cpu: number; memory: number; pods: number }): Row => ({
    how,
    of,
    'CPU s': used.cpu,
    'CPU µs an exchange': (used.cpu / calls) * 1e6,
    'peak MB of one': used.memory,
    instances: used.pods,
  })
  return [
    {
      how,
      of: 'all functions',
      'CPU s': cpu,
      'CPU µs an exchange': (cpu / calls) * 1e6,
      'exchanges/s/core': calls / cpu,
      'wall s': seconds,
      exchanges: calls,
    },
    ...functions.map(([name, it]) => row(name, it)),
    ...(used.broker ? [row('broker (ingress, filter, dispatcher)', used.broker)] : []),
  ]
}

/** The same capture through one process over the same servers. */
export async function throughOneProcess({ here }: Servers, capture: string, calls: number): Promise<Row[]> {
  await forgetAll(here.ELASTICSEARCH_URL)
  const folder = mkdtempSync(join(tmpdir(), 'bench-one-'))
  const port = await freePort()
  const env = { ...process.env, ...here, REDIS_PREFIX: `bench-${Date.now()}:`, S3_BUCKET: 'spider', S3_PREFIX: `bench-${Date.now()}/` }
  const server = spawn(process.execPath, ['cli/main.ts', 'start', '--no-capture', '--port', String(port), '--data', folder], {
    cwd: root,
    env,
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}`
    await waitFor('spider start', 60_000, async () => (await fetch(`${url}/healthz`).catch(() => undefined))?.ok || undefined)
    const before = cpuOf(server.pid!)
    const begun = performance.now()
    const agent = spawn(process.execPath, ['cli/main.ts', 'whisperer', '--server', url, '--name', 'one', '--resolve', 'none', capture], {
      cwd: root,
      stdio: 'ignore',
    })
    const [code] = (await once(agent, 'close')) as [number | null]
    if (code !== 0) throw new Error(`the agent ended with ${code}`)
    await stored(here.ELASTICSEARCH_URL, calls)
    const seconds = (performance.now() - begun) / 1000
    await pause(AFTER_MS)
    const cpu = cpuOf(server.pid!) - before
    return [
      {
        how: 'one process',
        of: 'all functions',
        'CPU s': cpu,
        'CPU µs an exchange': (cpu / calls) * 1e6,
        'exchanges/s/core': calls / cpu,
        'wall s': seconds,
        exchanges: calls,
        'peak MB of one': memoryOf(server.pid!),
      },
    ]
  } finally {
    server.kill('SIGTERM')
    await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
}
