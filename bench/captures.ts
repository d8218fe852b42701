import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cannotMakeBig, makeBig } from '../test/support/make-big.ts'
import { cannotCapture } from '../test/support/server.ts'
import { startHttp2Load } from './http2-load.ts'
import { startHttpsLoad } from './https-load.ts'
import { startLoad } from './load.ts'
import { installed } from './measure.ts'

export interface Capture {
  name: string
  /** Secrets of its TLS sessions. */
  keylog?: string
  /** As tshark names it. */
  protocol: 'http' | 'http2' | 'resp' | 'pgsql' | 'websocket' | 'dns'
  file: string
  bytes: number
  exchanges: number
  /** Port that a tool must be told speaks it. */
  port: number | undefined
}

export interface Options {
  folder: string
  /** Size of the captures that are made, MB. */
  megabytes: number
  runs: number
  /** Seconds of load, live. */
  seconds: number
}

/** Where a capture lies: several are of one protocol, and all are made before the first is read. */
export const fileOf = (folder: string, name: string): string => join(folder, `${name.replace(/\W+/g, '-')}.pcap`)

/** Few connections, each with thousands of JSON answers: wrk on a Node server over loopback, recorded with tcpdump. */
export async function keepAlive(options: Options): Promise<Capture | string> {
  if (!installed('wrk')) return 'keep-alive: left out, wrk not installed'
  // A second of load gives some 60 MB or more.
  return record('keep-alive', 'http', options, await startLoad(), 1)
}

/** The same over TLS 1.3, with the server's key log: answers of 1,600 bytes, or of a megabyte. */
export async function https(options: Options, size: number): Promise<Capture | string> {
  const name = size > 100_000 ? 'HTTPS, bodies of 1 MB' : 'HTTPS, keep-alive'
  if (!installed('wrk') || !installed('openssl')) return `${name}: left out, wrk or openssl not installed`
  const keylog = join(options.folder, `https-${size}.keys`)
  const capture = await record(name, 'http', options, await startHttpsLoad(size, size > 100_000 ? 4 : 32, keylog), 1)
  return typeof capture === 'string' ? capture : { ...capture, keylog }
}

/** Few connections with many streams at once: Node's client on Node's server, recorded with tcpdump. */
export async function http2(options: Options): Promise<Capture | string> {
  return record('HTTP/2', 'http2', options, await startHttp2Load(), 5000)
}

interface Load {
  port: number
  /** Answers how many exchanges there were. */
  run(amount: number): Promise<number>
  stop(): unknown
}

/** Records load on loopback, and asks for more until there is enough. */
async function record(
  name: string,
  protocol: Capture['protocol'],
  { folder, megabytes }: Options,
  load: Load,
  amount: number,
): Promise<Capture | string> {
  const blind = installed('tcpdump') ? cannotCapture() : 'left out, tcpdump not installed'
  if (blind) {
    await load.stop()
    return `${name}: ${blind}`
  }
  const file = fileOf(folder, name)
  const tcpdump = spawn('tcpdump', ['-i', 'lo', '-B', '262144', '-w', file, `tcp port ${load.port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(tcpdump.stderr, 'data')
  const report = once(tcpdump, 'close')
  let said = ''
  tcpdump.stderr.on('data', (chunk: Buffer) => (said += chunk))
  let exchanges = 0
  while (!existsSync(file) || statSync(file).size < megabytes * 1e6) exchanges += await load.run(amount)
  await load.stop()
  await new Promise((resolve) => setTimeout(resolve, 1500)) // the kernel hands its last block over within a second
  tcpdump.kill('SIGINT')
  await report
  const dropped = /(\d+) packets? dropped by kernel/.exec(said)?.[1]
  if (dropped !== '0') return `${name}: left out, tcpdump lost ${dropped} packets while it was recorded`
  return { name, protocol, file, bytes: statSync(file).size, exchanges, port: load.port }
}

/** Many short connections, all methods, bodies plain, chunked and packed, some segments out of order or sent again. */
export function manyConnections({ folder, megabytes }: Options): Capture | string {
  if (cannotMakeBig) return `many connections: ${cannotMakeBig}`
  const file = fileOf(folder, 'many connections')
  const truth = makeBig(
    file,
    '--seed',
    '7',
    '--bytes',
    `${megabytes}M`,
    '--exchanges',
    '4',
    '--body-mean',
    '4K',
    '--body-max',
    '1M',
    '--reorder',
    '0.005',
    '--retransmit',
    '0.005',
  )
  return { name: 'many connections', protocol: 'http', file, bytes: statSync(file).size, exchanges: truth.length, port: undefined }
}
