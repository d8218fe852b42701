import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cannotMakeBig, makeBig } from '../test/support/make-big.ts'
import { cannotCapture } from '../test/support/server.ts'
import { startLoad } from './load.ts'
import { installed } from './measure.ts'

export interface Capture {
  name: string
  file: string
  bytes: number
  exchanges: number
  /** Port that a tool must be told speaks HTTP. */
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

/** Few connections, each with thousands of JSON answers: wrk on a Node server over loopback, recorded with tcpdump. */
export async function keepAlive({ folder, megabytes }: Options): Promise<Capture | string> {
  const lacking = ['tcpdump', 'wrk'].filter((program) => !installed(program))
  if (lacking.length) return `keep-alive: left out, ${lacking.join(' and ')} not installed`
  const blind = cannotCapture()
  if (blind) return `keep-alive: ${blind}`
  const file = join(folder, 'keep-alive.pcap')
  const load = await startLoad()
  const tcpdump = spawn('tcpdump', ['-i', 'lo', '-B', '262144', '-w', file, `tcp port ${load.port}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  await once(tcpdump.stderr, 'data')
  const report = once(tcpdump, 'close')
  let said = ''
  tcpdump.stderr.on('data', (chunk: Buffer) => (said += chunk))
  // A second of load gives some 60 MB or more; it is asked for until there is enough.
  let exchanges = 0
  while (!existsSync(file) || statSync(file).size < megabytes * 1e6) exchanges += await load.run(1)
  await new Promise((resolve) => setTimeout(resolve, 1500)) // the kernel hands its last block over within a second
  tcpdump.kill('SIGINT')
  await report
  load.stop()
  const dropped = /(\d+) packets? dropped by kernel/.exec(said)?.[1]
  if (dropped !== '0') return `keep-alive: left out, tcpdump lost ${dropped} packets while it was recorded`
  return { name: 'keep-alive', file, bytes: statSync(file).size, exchanges, port: load.port }
}

/** Many short connections, all methods, bodies plain, chunked and packed, some segments out of order or sent again. */
export function manyConnections({ folder, megabytes }: Options): Capture | string {
  if (cannotMakeBig) return `many connections: ${cannotMakeBig}`
  const file = join(folder, 'many.pcap')
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
  return { name: 'many connections', file, bytes: statSync(file).size, exchanges: truth.length, port: undefined }
}
