import { closeSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { SingleBar } from 'cli-progress'
import { type Command, Option } from 'commander'
import { type CaptureFile, CaptureRefused } from '#adapters/capture/port.ts'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { SchemaRefused } from '#adapters/schemas/port.ts'
import type { Codecs, HttpExchange } from '#engines/http/facts.ts'
import type { Found } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { toSessionDocument } from '#functions/sessions/document.ts'
import { readKeyLog } from './keylogs.ts'
import { Analysis } from './read/analysis.ts'
import type { ArchiveSink } from './read/archives.ts'
import { FORMATS, type FormatName } from './read/formats.ts'
import { type Input, openInputs, readAll, sorted } from './read/inputs.ts'
import { OutputClosed, writeOut } from './read/output.ts'
import { Summary } from './read/summary.ts'
import { UsageError } from './usage.ts'

interface ReadOptions {
  format: FormatName
  sessions?: string
  bodies?: boolean
  keylog: string[]
  proto: string[]
}

const LARGEST_BODY = 64 << 20

export function addRead(program: Command, finish: (code: number) => void): void {
  program
    .command('read')
    .description(
      'Prints the calls in capture files, of every protocol that is read, on standard output, and a summary on standard error. Needs no server.',
    )
    .argument('<file...>', 'pcap, pcapng or HTTP Archive (HAR), plain, gzip or zstd; - is standard input; several are read as one capture')
    .addOption(new Option('--format <name>', 'how calls are printed').choices(Object.keys(FORMATS)).default('ndjson'))
    .option('--sessions <file>', 'writes one JSON document for each session into this file')
    .option(
      '--keylog <file>',
      'opens TLS with the secrets in this key log (NSS format, as SSLKEYLOGFILE has it); may be given again. Those in a pcapng are used by themselves',
      (path: string, before: string[]) => [...before, path],
      [],
    )
    .option(
      '--proto <file>',
      'shows messages of gRPC with the names in this schema, a .proto file or a set of descriptors (protoc --descriptor_set_out); may be given again. Includes bodies',
      (path: string, before: string[]) => [...before, path],
      [],
    )
    .option('--bodies', 'includes decoded bodies: text as it is, others in base64')
    .action(async (files: string[], options: ReadOptions) => finish(await read(files, options)))
}

async function read(paths: string[], options: ReadOptions): Promise<number> {
  // What lives for one exchange dies young: a small young generation keeps memory flat.
  setFlagsFromString('--semi-space-growth-factor=1')
  const began = performance.now()
  try {
    const files = await openInputs(paths)
    const sessions = options.sessions === undefined ? undefined : openSessions(options.sessions)
    const summary = new Summary()
    const codecs = await loadCodecs()
    const agents = paths.map((path) => (path === '-' ? 'standard input' : basename(path)))
    const naming = options.proto.length > 0 ? await namingBy(options.proto, codecs) : undefined
    const context = { team: 'local', agents, names: (ip: string): string | undefined => analysis.names.get(ip) }
    const format = FORMATS[options.format](context)
    const write = (found: Found, connection: Connection): void => {
      summary.call(found)
      format.write(found, connection)
    }
    const exchange = (connection: Connection, exchange: HttpExchange): void => write(naming?.(exchange) ?? exchange, connection)
    const keepBody = options.bodies || naming !== undefined ? LARGEST_BODY : 0
    const analysis: Analysis = new Analysis(
      {
        exchange,
        call: (connection, call) => write(call, connection),
        closed(connection, protocol, exchanges) {
          summary.session(protocol)
          if (sessions === undefined) return
          const document = toSessionDocument(connection, { team: 'local', agent: agents[0], protocol, exchanges, names: context.names })
          writeOut(`${JSON.stringify(document)}\n`, sessions)
        },
      },
      codecs,
      keepBody,
    )
    for (const path of options.keylog) for (const warning of (await readKeyLog(path, (line) => analysis.learn(line))).warnings) say(warning)
    const bar = progressBar(files.every(({ size }) => size !== undefined) ? files.reduce((sum, { size }) => sum + (size ?? 0), 0) : 0)
    const progress = (): void => bar?.update(files.reduce((sum, file) => sum + file.read(), 0))
    const { archives, captures } = await sorted(files)
    const inputs = await readAll(captures, analysis, progress)
    const damages = archives.length > 0 ? await fromArchives(archives, { exchange, names: analysis.names, codecs, keepBody, progress }) : ''
    bar?.stop()
    analysis.end()
    const remark = format.end()
    if (sessions !== undefined) closeSync(sessions)
    say(warnings(inputs) + damages + remark + summary.text(analysis.packets, analysis.bytes, (performance.now() - began) / 1000))
    return 0
  } catch (error) {
    if (error instanceof OutputClosed) return 0
    if (error instanceof CaptureRefused || error instanceof SchemaRefused) throw new UsageError(error.message)
    throw error
  }
}

function openSessions(path: string): number {
  try {
    return openSync(path, 'w')
  } catch (error) {
    throw new UsageError(`--sessions ${path} cannot be written: ${(error as Error).message}`)
  }
}

const warnings = (inputs: readonly Input[]): string =>
  inputs.map(({ name, reader }) => (reader.problem ? `warning: ${name}: ${reader.problem.message}\n` : '')).join('')

function progressBar(total: number): SingleBar | undefined {
  if (!process.stderr.isTTY || total === 0) return undefined
  const bar = new SingleBar({
    format: '{bar} {percentage} % of {total} bytes, {eta} s to go',
    stream: process.stderr,
    clearOnComplete: true,
    etaBuffer: 50,
  })
  bar.start(total, 0)
  return bar
}

const say = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

/** The readers of schemas are loaded only where there are any. */
async function namingBy(schemas: string[], codecs: Codecs) {
  const { loadSchemas } = await import('#adapters/schemas/protobufjs/schemas.ts')
  const { namingMessages } = await import('./read/named-messages.ts')
  return namingMessages(await loadSchemas(schemas), codecs)
}

/** The reader of archives is loaded only where there are any. */
async function fromArchives(archives: readonly CaptureFile[], sink: ArchiveSink): Promise<string> {
  return (await import('./read/archives.ts')).readArchives(archives, sink)
}
