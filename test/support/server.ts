import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { freePort } from '#adapters/free-port.case.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { startSpider } from './spider.ts'

export interface Server {
  url: string
  child: ChildProcess
  /** What it has said so far. */
  said(): string
  get<Answer>(path: string): Promise<Answer>
  /** Exchanges that fit a filter. */
  find(q: string, size?: number): Promise<Page>
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

export interface Page {
  total: number
  items: ExchangeDocument[]
  next?: string
}

/** Starts `spider start` on a free port, and answers when it is ready. Throws what it said when it ends before. */
export const startServer = (data: string, ...args: string[]): Promise<Server> => startServerWith({}, data, ...args)

/** The same with these variables in its environment. */
export async function startServerWith(environment: NodeJS.ProcessEnv, data: string, ...args: string[]): Promise<Server> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = startSpider(['start', '--data', data, '--port', String(port), ...args], environment)
  let said = ''
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (said += chunk))
  const ended = once(child, 'close')
  const get = async <Answer>(path: string): Promise<Answer> => {
    const answer = await fetch(url + path)
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return (await answer.json()) as Answer
  }
  const ready = eventually(async () => (await fetch(`${url}/healthz`)).ok || undefined, 60_000)
  const early = ended.then(() => Promise.reject(new Error(`spider start ended with ${child.exitCode}: ${said}`)))
  await Promise.race([ready, early])
  early.catch(() => undefined) // from here on its end is what `stop` waits for
  return {
    url,
    child,
    said: () => said,
    get,
    find: (q, size = 50) => get(`/api/v1/exchanges?${new URLSearchParams({ q, size: String(size) })}`),
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended
      return child.exitCode
    },
  }
}

/** Asks until there is an answer. Throws what went wrong last when there is none in time. */
export async function eventually<Answer>(ask: () => Promise<Answer | undefined>, ms = 20_000): Promise<Answer> {
  let last: unknown = 'no answer'
  for (const end = Date.now() + ms; Date.now() < end; ) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('It did not come about in time', { cause: last })
}

/** Why nothing can be captured here; undefined when it can. */
export function cannotCapture(): string | undefined {
  try {
    execFileSync(process.execPath, ['-e', "require('pcap').createSession('lo'); process.exit()"], { stdio: 'ignore', timeout: 10_000 })
    return undefined
  } catch {
    return 'left out: no right to capture on this machine'
  }
}
