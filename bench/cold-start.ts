/**
 * Cold start of each function as its image runs it: ms from the start of the process to its first answer, and until what it works with is open (`/ready`),
 * beside a bare `node:http` server. Needs `node scripts/bundle.ts` before, and redis-server; ELASTICSEARCH_URL, where it is set, instead of DuckDB.
 *   node bench/cold-start.ts [runs]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '#adapters/free-port.case.ts'
import { declarations } from '#functions/host/declarations.ts'

const runs = Number(process.argv[2] ?? 10)
const main = fileURLToPath(new URL('../dist/functions/main.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'spider-cold-'))
const bare = join(folder, 'bare.mjs')
writeFileSync(bare, "import { createServer } from 'node:http'\ncreateServer((_, response) => response.end()).listen(process.env.PORT)\n")

const status = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    get({ port, path: '/ready', agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', () => resolve(undefined))
  })

/** Asks until the answer is `wanted`, or any. Answers the time it came at. */
async function answered(port: number, wanted?: number): Promise<number> {
  for (;;) {
    const code = await status(port)
    if (code !== undefined && (wanted === undefined || code === wanted)) return performance.now()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** User and system time that a process has taken, ms, in steps of 10 (proc(5), /proc/pid/stat). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function start(file: string, environment: Record<string, string>): Promise<{ first: number; ready: number; cpu: number }> {
  const port = await freePort()
  const data = mkdtempSync(join(folder, 'data-'))
  const from = performance.now()
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, PORT: String(port), SPIDER_DATA: data, NODE_ENV: 'production', ...environment },
    stdio: 'ignore',
  })
  const first = (await answered(port)) - from
  const ready = (await answered(port, 200)) - from
  const cpu = cpuOf(child.pid as number)
  child.kill('SIGTERM')
  await once(child, 'exit')
  return { first, ready, cpu }
}

const quantile = (values: readonly number[], q: number): string =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))].toFixed(0)

async function measure(name: string, file: string, environment: Record<string, string>): Promise<void> {
  await start(file, environment) // the disk's cache, and the compile cache where there is one
  const times: Awaited<ReturnType<typeof start>>[] = []
  for (let run = 0; run < runs; run++) times.push(await start(file, environment))
  const first = times.map((time) => time.first)
  const ready = times.map((time) => time.ready)
  const cpu = times.reduce((sum, time) => sum + time.cpu, 0) / runs
  process.stdout.write(
    `| ${name} | ${quantile(first, 0.5)} | ${quantile(first, 0.95)} | ${quantile(ready, 0.5)} | ${quantile(ready, 0.95)} | ${cpu.toFixed(0)} |\n`,
  )
}

const redisPort = await freePort()
const redis = spawn('redis-server', ['--port', String(redisPort), '--save', '', '--dir', folder], { stdio: 'ignore' })
try {
  process.stdout.write('| function | first answer p50 | p95 | ready p50 | p95 | CPU until ready |\n| --- | --- | --- | --- | --- | --- |\n')
  await measure('bare node:http', bare, {})
  const cache = process.env.NODE_COMPILE_CACHE
  for (const { name } of declarations)
    await measure(name, main, {
      FUNCTION_TARGET: name,
      REDIS_URL: `redis://127.0.0.1:${redisPort}`,
      K_SINK: 'http://127.0.0.1:9/',
      ...(cache && { NODE_COMPILE_CACHE: cache }),
    })
} finally {
  redis.kill()
  await once(redis, 'exit')
  rmSync(folder, { recursive: true })
}
