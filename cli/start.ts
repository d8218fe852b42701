import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { CaptureRefused } from '#adapters/capture/port.ts'
import { SchemaRefused } from '#adapters/schemas/port.ts'
import { signalled } from '#agents/agent/server.ts'
import { OptionError, parse } from '#agents/whisperer/options.ts'
import { variablesForHelp } from '#functions/host/settings-page.ts'
import type { Closer } from './start/server.ts'
import { UsageError } from './usage.ts'
import { hours, port } from './values.ts'

interface StartOptions {
  interface: string[]
  filter?: string
  snapLength?: string
  buffer?: string
  port: number
  listen: string
  data: string
  keepPackets: number
  keylog: string[]
  proto: string[]
  capture: boolean
  demo?: boolean
  gocipher?: boolean
}

const DATA = fileURLToPath(new URL('../data', import.meta.url))
const HOUR = 3_600_000

export function addStart(program: Command, finish: (code: number) => void): void {
  program
    .command('start')
    .description(
      'Starts Spider: captures on this machine, or analyses the files given, and shows the calls on a page. The same as scripts/start.',
    )
    .argument('[file...]', 'capture files to analyse instead of capturing; each is taken as what one agent saw')
    .option(
      '-i, --interface <name>',
      'where to capture (any: on all interfaces); may be given again',
      (name: string, before: string[]) => [...before, name],
      [],
    )
    .option('-f, --filter <expression>', 'which packets, in pcap-filter syntax, such as "tcp port 8080"')
    .option('--snap-length <bytes>', 'bytes kept of each packet')
    .option('--buffer <size>', "the kernel's capture buffer, for each interface (64MB)")
    .option('--no-capture', 'captures nothing: only agents elsewhere and dropped files bring packets')
    .option(
      '--gocipher',
      'also takes secrets of TLS sessions out of processes on this machine, so that their calls are decrypted, and counts what they send; needs root',
    )
    .option('--demo', 'also runs a small shop of four services under steady load, to have something to look at')
    .option('-p, --port <number>', 'port of the page and the API', port, 8080)
    .option('--listen <address>', 'address to listen on; anyone who reaches it sees all that is captured', '127.0.0.1')
    .option('--data <dir>', 'where everything is kept between starts', DATA)
    .option('--keep-packets <hours>', 'how long packets and bodies are kept', hours, 24)
    .option(
      '--keylog <file>',
      'opens TLS with the secrets in this key log (NSS format, as SSLKEYLOGFILE has it), also what was captured before; may be given again',
      (path: string, before: string[]) => [...before, path],
      [],
    )
    .option(
      '--proto <path>',
      'shows messages of gRPC with the names in this schema: a .proto file, a set of descriptors (protoc --descriptor_set_out), or a folder of them; may be given again',
      (path: string, before: string[]) => [...before, path],
      [],
    )
    .addHelpText('after', `\nServers in place of the data directory, by variables of the environment:\n${variablesForHelp()}`)
    .action(async (files: string[], options: StartOptions) => finish(await start(files, options)))
}

async function start(files: string[], options: StartOptions): Promise<number> {
  const closers: Closer[] = []
  try {
    // Loaded only here: the store and the web server cost half a second that `read` need not pay.
    const { SpiderServer } = await import('./start/server.ts')
    const server = await SpiderServer.open({ ...options, data: resolve(options.data), keepPacketsMs: options.keepPackets * HOUR }, closers)
    const capture = options.capture && files.length === 0
    const captures = capture ? await server.capture(captureOptions(options)) : 'Captures nothing itself.'
    say(`Spider is on ${server.url}`, captures)
    if (options.demo) say(...(await server.startDemo(options.gocipher !== true)))
    if (options.gocipher) say(await server.startGocipher('this machine'))
    if (files.length > 0) say(...(await server.analyse(files)))
    else if (!capture) say('Drop a capture file on the page, or send packets from elsewhere: spider whisperer --server URL')
    const ended = signalled()
    say('End it with Ctrl-C.')
    await ended
    return 0
  } catch (error) {
    if (error instanceof CaptureRefused || error instanceof OptionError || error instanceof SchemaRefused)
      throw new UsageError(error.message)
    throw error
  } finally {
    for (const close of closers.reverse()) await close()
  }
}

/** The agent's options, read by the agent's own table. */
function captureOptions({ interface: interfaces, filter, snapLength, buffer }: StartOptions) {
  const words = interfaces.flatMap((name) => ['--interface', name])
  if (filter !== undefined) words.push('--filter', filter)
  if (snapLength !== undefined) words.push('--snap-length', snapLength)
  if (buffer !== undefined) words.push('--buffer', buffer)
  return parse(words, process.env).options
}

const say = (...lines: string[]): void => {
  for (const line of lines) process.stderr.write(`${line}\n`)
}
