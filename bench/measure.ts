import { spawn } from 'node:child_process'
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Aggregation, Range } from '#adapters/store/port.ts'

export interface Cost {
  /** Seconds of CPU, user and system, of the process and its children. */
  cpu: number
  /** Seconds on the clock. */
  wall: number
  /** Largest resident memory, MB. */
  memory: number
  /** What it printed, in lines. */
  lines: number
}

export const TIME = '/usr/bin/time'

/** Runs a program to its end under time(1); its standard output goes to a file, as a user's would. Throws when it fails. */
export async function costOf(program: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  try {
    const [out, times] = [join(folder, 'out'), join(folder, 'times')]
    // The shell only opens the file: `exec` makes it the program itself.
    const script = `exec ${TIME} -q -o "$1" -f '%U %S %e %M' "\${@:3}" >"$2"`
    const child = spawn('bash', ['-c', script, 'bench', times, out, program, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment },
    })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk).slice(-2000)))
    const code = await new Promise((resolve) => child.once('close', resolve))
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${said.trim()}`)
    const [user, system, wall, memory] = readFileSync(times, 'utf8').trim().split(' ').map(Number)
    return { cpu: user + system, wall, memory: memory / 1024, lines: await countLines(out) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function countLines(file: string): Promise<number> {
  let lines = 0
  for await (const chunk of createReadStream(file)) for (const byte of chunk as Buffer) if (byte === 10) lines++
  return lines
}

/** Seconds of CPU a running process has used, with its threads. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100 // in ticks of 1/100 s: proc_pid_stat(5), fields 14 and 15
}

/** Largest resident memory of a running process so far, MB. */
export const memoryOf = (pid: number): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

export const installed = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)))

export const median = (numbers: number[]): number => quantile(numbers, 0.5)

export function quantile(numbers: number[], share: number): number {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/** Prints how long a query of a store takes: the first of five, and their median. */
export async function printQuery(title: string, run: () => Promise<unknown>): Promise<void> {
  const times: number[] = []
  for (let i = 0; i < 5; i++) {
    const start = performance.now()
    await run()
    times.push(performance.now() - start)
  }
  console.log(`${title.padEnd(44)} first ${times[0].toFixed(0)} ms, median ${times.toSorted((a, b) => a - b)[2].toFixed(0)} ms`)
}

/** Bars of a timeline: counts per bin of time and key of a dimension. */
export const barsOf = (range: Range, width: number, dimension: string): Aggregation => ({
  ...range,
  groupBy: [{ time: Math.max(1, Math.round(width)) }, { dimension }],
  metrics: [],
  sort: { by: 'key', order: 'asc' },
  most: 50_000,
})
