import { basename, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { openFile } from '#adapters/capture/files/open.ts'
import { Metering } from '#adapters/cpu/metering.ts'
import { newIdentity } from '#agents/agent/identity.ts'
import { defaults, type Options } from '#agents/whisperer/options.ts'
import { Whisperer } from '#agents/whisperer/whisperer.ts'
import type { KeyLogLine } from '#engines/tls/keylog.ts'
import { VERSION } from '#events/version.ts'
import { type Adapters, openAdapters } from '#functions/host/adapters.ts'
import { healthOf } from '#functions/host/health.ts'
import { keepLicensed, licenseHealth, openDesk } from '#functions/host/licensing.ts'
import { createOneProcess, type OneProcess } from '#functions/host/one-process.ts'
import { PAGE } from '#functions/host/page-folder.ts'
import { messagesBy } from '#functions/host/schemas.ts'
import type { SecretsOptions } from '#functions/host/secrets-key.ts'
import { secretsFor } from '#functions/host/secrets-settings.ts'
import { createServer } from '#functions/host/server.ts'
import { InvalidSettings, readSettings, type Settings } from '#functions/host/settings.ts'
import type { Desk } from '#functions/license/desk.ts'
import { startDemo } from '../../demo/index.ts'
import { readKeyLog } from '../keylogs.ts'
import { UsageError } from '../usage.ts'
import { agentNameOf } from './agent-name.ts'
import { startGocipher } from './gocipher.ts'
import { createLocalCaptures } from './local-captures.ts'
import { keepTidy } from './retention.ts'
import { createUploads } from './uploads.ts'

export type Closer = () => Promise<void>

export interface ServerOptions {
  data: string
  port: number
  listen: string
  keepPacketsMs: number
  keylog: readonly string[]
  proto: readonly string[]
}

const LIBPCAP = import.meta.resolve('#adapters/capture/libpcap/live.ts')

/** Spider in one process: functions, page and API, with agents of its own. What it opens it tells to `closers`, to be closed in reverse order. */
export class SpiderServer {
  readonly url: string
  readonly #port: number
  readonly #listen: string
  readonly #data: string
  readonly #process: OneProcess
  readonly #closers: Closer[]

  private constructor(app: FastifyInstance, { listen, data }: ServerOptions, oneProcess: OneProcess, closers: Closer[]) {
    this.#port = portOf(app)
    this.#listen = listen
    this.#data = data
    this.url = urlOf(app, listen)
    this.#process = oneProcess
    this.#closers = closers
  }

  static async open(options: ServerOptions, closers: Closer[]): Promise<SpiderServer> {
    const settings = settingsOf(options.data)
    const adapters = await openAdapters(settings, log)
    closers.push(adapters.close)
    const licensed = settings.licensed !== undefined
    const oneProcess = await createOneProcess(adapters, {
      team: settings.team,
      keepBody: settings.keepBody,
      licensed,
      secrets: await secretsOf(settings, options.keepPacketsMs),
      log,
    })
    closers.push(oneProcess.close)
    const { router: bus } = oneProcess
    const desk = openDesk({ state: adapters.state, bus, licensed: settings.licensed, now: Date.now })
    closers.push(keepLicensed(desk, log))
    const metering = new Metering({
      part: 'spider',
      source: '/functions/spider',
      bus,
      failed: ({ message }) => log(`metering: ${message}`),
    })
    closers.push(() => metering.stop())
    closers.push(keepTidy(adapters.blobs, options.keepPacketsMs, log))
    await takeKeyLogs(options.keylog, oneProcess)
    const localCaptures = createLocalCaptures(join(options.data, 'spool'), () => urlOf(app, options.listen))
    const schemas = [...settings.schemas, ...options.proto]
    const { messages, load } = messagesBy(schemas)
    // A schema that cannot be used is said at once.
    if (schemas.length > 0) await load()
    const app = await createServer(
      { ...queryPorts(adapters, oneProcess, settings, desk), messages, localCaptures },
      oneProcess.intake,
      PAGE,
    )
    closers.push(() => app.close())
    await listen(app, options)
    closers.push(localCaptures.close)
    return new SpiderServer(app, options, oneProcess, closers)
  }

  /** Captures live. Throws `CaptureRefused`. */
  async capture(options: Options): Promise<string> {
    const exclude = [{ addresses: WILDCARDS.includes(this.#listen) ? [] : [this.#listen], port: this.#port }]
    const source = { kind: 'interface', module: LIBPCAP, exclude } as const
    const bus = this.#process.intake
    const whisperer = new Whisperer({
      bus,
      source,
      options: { ...options, ...this.#beside(options) },
      identity: newIdentity(options.name, VERSION),
    })
    await whisperer.start()
    this.#closers.push(async () => {
      await whisperer.stop()
      await this.#process.drained()
    })
    const filter = options.filter === '' ? '' : ` with the filter "${options.filter}"`
    const where = options.interface.includes('any') ? 'all interfaces' : options.interface.join(', ')
    return `Captures on ${where}${filter}, without its own traffic (port ${this.#port}).`
  }

  /** An agent in the same process has every lane on its way at once, and keeps on disk what the functions cannot take yet. */
  #beside({ spool, inFlight, lanes }: Options): Pick<Options, 'spool' | 'inFlight'> {
    return { spool: spool || join(this.#data, 'spool'), inFlight: Math.max(inFlight, lanes) }
  }

  /** Analyses files, each as what one agent saw. Throws `CaptureRefused` for one that is not there or no capture. */
  async analyse(paths: readonly string[]): Promise<string[]> {
    const lines: string[] = []
    for (const path of paths) {
      const source = { kind: 'file', open: openFile, paths: [path] } as const
      const whisperer = new Whisperer({
        bus: this.#process.intake,
        source,
        options: defaults(),
        identity: newIdentity(agentNameOf(path), VERSION),
      })
      await whisperer.start()
      await whisperer.ended
      const { files, message } = await whisperer.stop()
      const problem = files[0]?.problem
      if (problem?.code === 'not-a-capture' || problem?.code === 'unsupported') throw new UsageError(`${path}: ${problem.message}`)
      if (files.length === 0) throw new UsageError(message ?? `${path} could not be read`)
      if (problem) lines.push(`warning: ${path}: ${problem.message}`)
      lines.push(`${basename(path)}: ${files[0].gathered.packets} packets`)
    }
    await this.#process.drained()
    return lines
  }

  /** @param alone whether nothing but the demo is to be decrypted. */
  async startDemo(alone: boolean): Promise<string[]> {
    const demo = await startDemo()
    this.#closers.push(() => demo.stop())
    const places = `The demo shop runs on ${Object.entries(demo.addresses)
      .map(([name, address]) => `${name} ${address}`)
      .join(', ')}.`
    return alone ? [places, await this.startGocipher('the demo', '--pid', String(demo.pid))] : [places]
  }

  /** Starts the agent that takes TLS secrets, in a process of its own: whatever becomes of it, Spider goes on. */
  async startGocipher(what: string, ...args: string[]): Promise<string> {
    const { close, refused } = await startGocipher(['--server', this.url, '--cache', join(this.#data, 'gocipher'), ...args])
    this.#closers.push(close)
    return refused === undefined ? `TLS of ${what} is decrypted.` : `TLS of ${what} stays closed: ${refused}`
  }
}

const WILDCARDS = ['0.0.0.0', '::']

/** Secrets are kept no longer than the packets that they open. */
async function secretsOf(settings: Settings, keepPacketsMs: number): Promise<SecretsOptions | undefined> {
  try {
    const options = await secretsFor(settings)
    return options && { ...options, keepMs: Math.min(options.keepMs, keepPacketsMs) }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

async function takeKeyLogs(paths: readonly string[], { secrets }: OneProcess): Promise<void> {
  for (const path of paths) {
    const lines: KeyLogLine[] = []
    for (const warning of (await readKeyLog(path, (line) => lines.push(line))).warnings) log(warning)
    await secrets?.take(lines)
  }
}

function queryPorts(
  adapters: Adapters,
  { router, intake, live, archives, secrets: vault }: OneProcess,
  { data, team, keepBody, replayTargets, secrets }: Settings,
  desk: Desk,
) {
  return {
    ...adapters,
    resend: router.resend,
    live,
    replayTargets,
    ...(vault && {
      secrets: {
        take: (lines: readonly KeyLogLine[]) => vault.take(lines),
        find: (random: string) => vault.vault.find(random),
        mayExport: secrets.export,
      },
    }),
    uploads: createUploads(data, { bus: intake, archives, keepBody }, VERSION),
    license: () => desk.view(),
    scope: () => ({ team, principal: 'user:local' }),
    health: async () => ({
      ...(await healthOf({ store: async () => adapters.store, state: async () => adapters.state, blobs: async () => adapters.blobs })),
      license: await licenseHealth(desk),
      refused: intake.refused(),
      dead_letters: (await adapters.deadLetters.list()).length,
      ...router.counters(),
    }),
    now: Date.now,
  }
}

/** What the environment says of Elasticsearch, Redis and S3; the data directory is the command's. */
function settingsOf(data: string): Settings {
  try {
    return readSettings({ ...process.env, SPIDER_DATA: data })
  } catch (error) {
    if (error instanceof InvalidSettings) throw new UsageError(error.message)
    throw error
  }
}

const portOf = (app: FastifyInstance): number => {
  const address = app.server.address()
  return typeof address === 'object' && address ? address.port : 0
}

const urlOf = (app: FastifyInstance, listen: string): string => `http://${listen.includes(':') ? `[${listen}]` : listen}:${portOf(app)}`

async function listen(app: FastifyInstance, { port, listen }: ServerOptions): Promise<void> {
  try {
    await app.listen({ port, host: listen })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'EADDRINUSE') throw new UsageError(`port ${port} is in use on ${listen}: give another with --port`)
    if (code === 'EACCES') throw new UsageError(`port ${port} may only be opened by root: give one above 1023 with --port`)
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new UsageError(`--listen ${listen} is no address of this machine`)
    throw new Error(message)
  }
}

const log = (line: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`)
}
