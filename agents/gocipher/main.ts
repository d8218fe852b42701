import { fileURLToPath } from 'node:url'
import { httpBus } from '#adapters/bus/http/bus.ts'
import { Metering } from '#adapters/cpu/metering.ts'
import { VERSION } from '#events/version.ts'
import { newIdentity } from '../agent/identity.ts'
import { eventsUrl, signalled } from '../agent/server.ts'
import { OptionError } from '../agent/values.ts'
import { BpfError, Refused } from './bpf/libbpf.ts'
import { Gocipher } from './gocipher.ts'
import { help, type Options, parse } from './options.ts'

const WATCH = 1000

/** Runs the agent alone until it is told to end. Answers the exit code: 0, 1 when something went wrong, 2 for what the user gave wrong or the machine does not allow. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { options, words, help: asked } = parse(argv, env)
    if (asked) {
      process.stdout.write(help('spider gocipher'))
      return 0
    }
    if (words.length > 0) throw new OptionError(`"${words[0]}" is no option: --help lists those there are`)
    if (options.server === '') throw new OptionError('--server is missing: give the URL of the Spider to send to')
    return await watch(options)
  } catch (error) {
    if (!(error instanceof OptionError || error instanceof Refused || error instanceof BpfError)) throw error
    say(error.message)
    return 2
  }
}

async function watch(options: Options): Promise<number> {
  const url = eventsUrl(options.server)
  const bus = httpBus({ url: url.href, token: options.token || undefined, timeoutMs: options.timeout, connections: 2 })
  const identity = newIdentity(options.name, VERSION)
  const gocipher = new Gocipher({ bus, options, identity })
  const metering = new Metering({
    part: 'gocipher',
    source: `/agents/${identity.id}`,
    bus,
    failed: ({ message }) => say(`metering: ${message}`),
  })
  const ended = signalled()
  try {
    await gocipher.start()
    say(`${identity.id} takes secrets of TLS sessions and sends them to ${url.origin}; end it with Ctrl-C`)
    const telling = tell(gocipher)
    await ended
    clearInterval(telling)
    await gocipher.stop()
    await metering.stop()
    const { tls, message } = gocipher.status().spider
    say(`${tls?.sessions ?? 0} sessions${tls?.lost ? `, ${tls.lost} lost` : ''}`)
    if (message !== undefined) say(message)
    return message === undefined ? 0 : 1
  } finally {
    await bus.close()
  }
}

/** Says what happens with each library and program, once, and what goes wrong. */
function tell(gocipher: Gocipher): NodeJS.Timeout {
  const said = new Set<string>()
  const once = (line: string): void => {
    if (!said.has(line)) say(line)
    said.add(line)
  }
  const look = (): void => {
    const { tls, network, message } = gocipher.status().spider
    if (network?.reason !== undefined) once(`network usage is not counted: ${network.reason}`)
    if (network?.without_udp !== undefined) once(`network usage is counted without UDP: ${network.without_udp}`)
    for (const { name, library, state, reason } of tls?.processes ?? []) {
      if (state === 'ready') once(`${name}: its sessions are read (${library})`)
      if (state === 'refused') once(`${name}: its sessions cannot be read: ${reason} (${library})`)
    }
    if (message !== undefined) once(message)
  }
  look()
  return setInterval(look, WATCH)
}

const say = (line: string): void => {
  process.stderr.write(`spider gocipher: ${line}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await run(process.argv.slice(2), process.env)
