import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { RefusedFor } from '#adapters/capture/port.ts'
import type { Told } from '#agents/whisperer/parent.ts'
import type { LocalCapture, LocalCaptureRequest } from '#events/documents/local-capture.ts'
import { Problem } from '#functions/problem.ts'
import type { LocalCaptures } from '#functions/query/ports.ts'
import type { Closer } from './server.ts'

const PROGRAM = fileURLToPath(new URL('../main.ts', import.meta.url))
/** Each is a process with a buffer in the kernel. */
const MOST = 8
const REMEMBERED = 50
const LOG_SAYS = 'the log of Spider says why'
/** What was captured is sent when a capture ends; after so long (ms) it is ended all the same. */
const LAST_WAIT = 10_000

/**
 * Captures on this machine, each a whisperer in a process of its own: libpcap's binding can be loaded by one thread of a process alone.
 * @param server the URL that they send to. */
export function createLocalCaptures(spool: string, server: () => string): LocalCaptures & { close: Closer } {
  const captures = new Map<string, Local>()
  let starting = 0
  return {
    interfaces: () => [
      { name: 'any', addresses: [] },
      ...Object.entries(networkInterfaces()).map(([name, ends = []]) => ({ name, addresses: ends.map(({ address }) => address) })),
    ],
    list: () => [...captures.values()].map(({ capture }) => capture).reverse(),
    async start(request) {
      if ([...captures.values()].filter(({ running }) => running).length + starting >= MOST)
        throw new Problem(409, 'Too many', `${MOST} captures run already: stop one of them first.`)
      starting++
      try {
        const local = await Local.start(request, argumentsOf(request, server(), spool))
        captures.set(local.capture.id, local)
        forget(captures)
        return local.capture
      } finally {
        starting--
      }
    },
    stop(id) {
      const local = captures.get(id)
      local?.stop()
      return local?.capture
    },
    close: async () => void (await Promise.all([...captures.values()].map((local) => local.close()))),
  }
}

const argumentsOf = ({ interfaces, filter, seconds, bytes }: LocalCaptureRequest, server: string, spool: string): string[] => [
  ...['--server', server, '--spool', spool, '--interface', interfaces.join(), '--filter', filter],
  ...['--limit-time', `${seconds}s`, '--limit-size', String(bytes)],
]

/** Lets go of the oldest that have ended. */
function forget(captures: Map<string, Local>): void {
  for (const [id, { running }] of captures) {
    if (captures.size <= REMEMBERED) return
    if (!running) captures.delete(id)
  }
}

class Local {
  readonly capture: LocalCapture
  #agent: ChildProcess
  #exited: Promise<unknown>

  private constructor(request: LocalCaptureRequest, id: string, agent: ChildProcess, exited: Promise<unknown>) {
    this.capture = { ...request, id, state: 'capturing', started: Date.now(), captured: { packets: 0, bytes: 0 }, dropped: 0 }
    this.#agent = agent
    this.#exited = exited
    void exited.then(() => this.#end())
  }

  /** Resolves when packets are captured. Throws `Problem`. */
  static async start(request: LocalCaptureRequest, words: readonly string[]): Promise<Local> {
    // A group of its own: Ctrl-C in the server's terminal is for the server to pass on.
    const agent = fork(PROGRAM, ['whisperer', ...words], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], detached: true })
    // What it told last may come after its exit.
    const exited = Promise.allSettled([once(agent, 'exit'), once(agent, 'disconnect')])
    const heard = once(agent, 'message').then(([told]) => told as Told)
    const first = await Promise.race([heard, exited.then(() => undefined)])
    if (first === undefined) throw new Problem(500, 'Not started', `The agent ended at once; ${LOG_SAYS}.`)
    if (first.kind === 'refused') throw problemOf(first.message, first.refusedFor)
    const local = new Local(request, first.status.agent.id, agent, exited)
    agent.on('message', (told: Told) => local.#hear(told))
    return local
  }

  get running(): boolean {
    return this.capture.ended === undefined
  }

  stop(): void {
    if (this.capture.state !== 'capturing') return
    this.capture.state = 'stopping'
    this.#agent.kill('SIGTERM')
  }

  async close(): Promise<void> {
    this.stop()
    const timer = setTimeout(() => this.#agent.kill('SIGKILL'), LAST_WAIT)
    await this.#exited
    clearTimeout(timer)
  }

  #hear(told: Told): void {
    if (told.kind !== 'status') return
    const { captured, dropped, state, message } = told.status.spider
    this.capture.captured = captured
    this.capture.dropped = dropped.kernel + dropped.interface
    if (message !== undefined) this.capture.message = message
    if (state === 'stopped') this.capture.reason = this.#reason()
  }

  #reason(): LocalCapture['reason'] {
    const { state, captured, bytes } = this.capture
    return state === 'stopping' ? 'stopped' : captured.bytes >= bytes ? 'size' : 'time'
  }

  #end(): void {
    const { capture } = this
    capture.ended = Date.now()
    capture.state = capture.reason ? 'ended' : 'failed'
    if (!capture.reason) capture.message ??= `the agent ended unexpectedly; ${LOG_SAYS}`
  }
}

const TITLES: Record<RefusedFor, string> = {
  right: 'No right to capture',
  interface: 'No such interface',
  filter: 'Bad filter',
  other: 'Not captured',
}

/** Options of the command line are not the words of who asked over the API. */
const problemOf = (message: string, refusedFor: RefusedFor): Problem => {
  const field = { right: {}, interface: { field: 'interfaces' }, filter: { field: 'filter' }, other: {} }[refusedFor]
  return new Problem(refusedFor === 'right' ? 403 : 422, TITLES[refusedFor], message.replace(/^--[a-z-]+: /, ''), field)
}
