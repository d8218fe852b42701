import { lookup } from 'node:dns/promises'
import { fileURLToPath } from 'node:url'
import { httpBus } from '#adapters/bus/http/bus.ts'
import { openFile } from '#adapters/capture/files/open.ts'
import { CaptureRefused, type OwnEndpoint } from '#adapters/capture/port.ts'
import { Metering } from '#adapters/cpu/metering.ts'
import { VERSION } from '#events/version.ts'
import { newIdentity } from '../agent/identity.ts'
import { eventsUrl, signalled } from '../agent/server.ts'
import { type Command, help, OptionError, type Options, parse } from './options.ts'
import { leaveParent, tellParent } from './parent.ts'
import type { Source } from './setup.ts'
import { type Outcome, Whisperer } from './whisperer.ts'

/** A module with `openLive`, for `Source`. */
const LIBPCAP = import.meta.resolve('#adapters/capture/libpcap/live.ts')
const WATCH = 1000

/** Runs the agent alone until it is told to end. Answers the exit code: 0, 1 when something went wrong, 2 for what the user gave wrong. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const command = parse(argv, env)
    if (command.help) {
      process.stdout.write(help('spider whisperer'))
      return 0
    }
    if (command.options.server === '') throw new OptionError('--server is missing: give the URL of the Spider to send to')
    return await whisper(command, env)
  } catch (error) {
    if (!(error instanceof OptionError) && !(error instanceof CaptureRefused)) throw error
    say(error.message)
    tellParent({ kind: 'refused', message: error.message, refusedFor: error instanceof CaptureRefused ? error.refusedFor : 'other' })
    return 2
  } finally {
    leaveParent()
  }
}

async function whisper({ options, files }: Command, env: NodeJS.ProcessEnv): Promise<number> {
  const url = eventsUrl(options.server)
  const bus = httpBus({ url: url.href, token: options.token || undefined, timeoutMs: options.timeout, connections: options.inFlight + 1 })
  const source: Source =
    files.length > 0
      ? { kind: 'file', open: openFile, paths: files }
      : { kind: 'interface', module: LIBPCAP, exclude: [await endpointOf(url)], own: await ownOf(options, env) }
  const identity = newIdentity(options.name, VERSION)
  const whisperer = new Whisperer({ bus, source, options, identity })
  const metering = new Metering({
    part: 'whisperer',
    source: `/agents/${identity.id}`,
    bus,
    failed: ({ message }) => say(`metering: ${message}`),
  })
  const asked = signalled()
  try {
    await whisperer.start()
    say(files.length > 0 ? `sends ${files.join(', ')} to ${url.origin}` : begun(identity.id, options, url))
    const watching = watch(whisperer)
    await Promise.race([whisperer.ended, asked])
    clearInterval(watching)
    const outcome = await whisperer.stop()
    tellParent({ kind: 'status', status: whisperer.status() })
    await metering.stop()
    return report(outcome, whisperer.status().spider.captured.packets)
  } finally {
    await bus.close()
  }
}

const begun = (id: string, { interface: names, filter }: Options, url: URL): string =>
  `${id} captures on ${names.join(', ')}${filter === '' ? '' : ` with the filter "${filter}"`} and sends to ${url.origin}; end it with Ctrl-C`

/** Where Spider's own pods are told; undefined: nobody asked. Throws `OptionError` outside of a cluster. */
const ownOf = async ({ ownNamespace: namespace, ownCarriers: carriers, ownServers: servers }: Options, env: NodeJS.ProcessEnv) => {
  if (namespace === '') return undefined
  const { apiOfPod } = await import('./own/kubernetes.ts')
  try {
    return { options: { namespace, carriers, servers }, api: apiOfPod(env) }
  } catch (error) {
    throw new OptionError(`--own-namespace: ${(error as Error).message}`)
  }
}

/** A server on this machine that listens on all of its addresses. */
const isUnspecified = (name: string): boolean => name === '0.0.0.0' || name === '::'

/** The server's addresses and port: the agent's own packets to it are no news. */
const endpointOf = async (url: URL): Promise<OwnEndpoint> => {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const name = url.hostname.replace(/^\[|\]$/g, '')
  if (isUnspecified(name)) return { port, addresses: [] }
  try {
    return { port, addresses: (await lookup(name, { all: true })).map(({ address }) => address) }
  } catch (error) {
    throw new OptionError(`--server: the name ${name} has no address (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Tells on standard error what goes wrong, once, and the process that started it how it goes, now and every second. */
const watch = (whisperer: Whisperer): NodeJS.Timeout => {
  let told: string | undefined
  const look = (): void => {
    const status = whisperer.status()
    tellParent({ kind: 'status', status })
    const { message } = status.spider
    if (message !== undefined && message !== told) say(message)
    told = message
  }
  look()
  return setInterval(look, WATCH)
}

const report = ({ files, spooled, lost, message }: Outcome, packets: number): number => {
  for (const { name, problem } of files) if (problem) say(`${name}: ${problem.message}`)
  say(
    `${packets} packets${lost > 0 ? `, ${lost} of them lost` : ''}${spooled > 0 ? `; ${spooled} bytes wait in the spool for the next start` : ''}`,
  )
  if (message !== undefined) say(message)
  const none = files.some(({ problem }) => problem?.code === 'not-a-capture' || problem?.code === 'unsupported')
  if (none) return 2
  return message === undefined || (spooled > 0 && lost === 0) ? 0 : 1
}

const say = (line: string): void => {
  process.stderr.write(`spider whisperer: ${line}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await run(process.argv.slice(2), process.env)
