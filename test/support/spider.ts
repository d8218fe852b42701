import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ExchangeDocument } from '#events/documents/exchange.ts'

const main = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Variables that put servers behind Spider: a test that wants them says so. */
const SERVERS = /^(ELASTICSEARCH|REDIS|S3|AWS|SPIDER)_|^K_SINK$/

/** Starts `spider` as its users do: a process of its own. */
export const startSpider = (args: string[], environment: NodeJS.ProcessEnv = {}): ChildProcess => {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SERVERS.test(name)))
  return spawn(process.execPath, [main, ...args], { stdio: 'pipe', env: { ...own, ...environment } })
}

/** Runs `spider` to its end. */
export function spider(args: string[], input?: Uint8Array): Promise<Outcome> {
  const child = startSpider(args)
  const out = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  child.stdout!.on('data', (chunk: Buffer) => out.stdout.push(chunk))
  child.stderr!.on('data', (chunk: Buffer) => out.stderr.push(chunk))
  child.stdin!.on('error', () => undefined) // it may end before it has read all
  child.stdin!.end(input)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      resolve({ code, stdout: Buffer.concat(out.stdout).toString(), stderr: Buffer.concat(out.stderr).toString() }),
    )
  })
}

/** `spider read` of files, as documents. */
export async function read(...args: string[]): Promise<{ documents: ExchangeDocument[]; stderr: string }> {
  const { code, stdout, stderr } = await spider(['read', ...args])
  if (code !== 0) throw new Error(`spider read ${args.join(' ')} ended with ${code}: ${stderr}`)
  return { documents: lines<ExchangeDocument>(stdout), stderr }
}

export const lines = <Line>(text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
