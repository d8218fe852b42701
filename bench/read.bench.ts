import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Capture, http2, https, keepAlive, manyConnections, type Options } from './captures.ts'
import { postgresql, redis } from './databases.ts'
import { type Cost, costOf, installed, median } from './measure.ts'
import { dns, websocket } from './messages.ts'
import type { Subject } from './report.ts'

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
const FIELDS = {
  http: ['http.request.method', 'http.request.uri', 'http.response.code', 'http.content_length'],
  http2: ['http2.streamid', 'http2.headers.method', 'http2.headers.path', 'http2.headers.status', 'http2.length'],
  resp: ['resp.bulk_string.value', 'resp.string', 'resp.error', 'resp.integer'],
  websocket: ['websocket.opcode', 'websocket.payload_length', 'websocket.payload.text'],
  dns: ['dns.id', 'dns.qry.name', 'dns.a', 'dns.flags.rcode'],
  pgsql: ['pgsql.type', 'pgsql.query', 'pgsql.statement', 'pgsql.tag', 'pgsql.val.data'],
}
const fieldsOf = ({ protocol }: Capture): string[] =>
  ['frame.time_epoch', 'tcp.stream', ...FIELDS[protocol]].flatMap((field) => ['-e', field])

interface Peer {
  name: string
  run(capture: Capture): Promise<Cost>
  /** How many exchanges it told of, where it says so by its lines. */
  told?(cost: Cost, capture: Capture): number | undefined
}

const decodeAs = ({ port, protocol, keylog }: Capture): string[] => {
  if (keylog !== undefined) return ['-o', `tls.keylog_file:${keylog}`, '-d', `tcp.port==${port},tls`]
  return port === undefined || !protocol.startsWith('http') ? [] : ['-d', `tcp.port==${port},${protocol}`]
}
const tshark = (capture: Capture, more: string[] = []) =>
  costOf('tshark', ['-n', '-r', capture.file, ...decodeAs(capture), ...more, '-Y', capture.protocol, '-T', 'fields', ...fieldsOf(capture)])
const LIGHT = ['json', 'data-text-lines', 'media']
  .flatMap((name) => ['--disable-protocol', name])
  .concat('-o', 'http.decompress_body:FALSE')

/** A line a message; of the others a line has messages of several. */
const halfOfLines = ({ lines }: Cost, { protocol }: Capture) => (protocol === 'http' ? lines / 2 : undefined)

const PEERS: Peer[] = [
  {
    name: 'spider read',
    run: ({ file, keylog }) => costOf(process.execPath, [main, 'read', ...(keylog === undefined ? [] : ['--keylog', keylog]), file]),
    told: ({ lines }) => lines,
  },
  { name: 'tshark', run: (capture) => tshark(capture), told: halfOfLines },
  { name: 'tshark, bodies not dissected', run: (capture) => tshark(capture, LIGHT), told: halfOfLines },
  {
    name: 'tcpflow (streams to files)',
    async run({ file }) {
      const folder = mkdtempSync(join(tmpdir(), 'bench-tcpflow-'))
      try {
        return await costOf('tcpflow', ['-q', '-r', file, '-o', folder])
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
]

/** (a) `spider read` beside its peers on the same captures: CPU time and peak memory. Runs are taken in turn, so that all see the same machine. */
export async function readBench(options: Options): Promise<Subject> {
  const subject: Subject = {
    title: '(a) Reading a capture: CPU time and memory',
    rows: [],
    notes: ['ratio: CPU time of the peer by that of spider read. Medians; every peer writes to a file.'],
  }
  const peers = PEERS.filter(({ name }) => name.startsWith('spider') || installed(name.split(/[ ,]/)[0]))
  for (const capture of [
    await keepAlive(options),
    manyConnections(options),
    await http2(options),
    await https(options, 1600),
    await https(options, 1_000_000),
    await redis(options),
    await postgresql(options),
    await websocket(options),
    dns(options),
  ]) {
    if (typeof capture === 'string') {
      subject.notes.push(capture)
      continue
    }
    const costs = new Map(peers.map((peer) => [peer, [] as Cost[]]))
    for (let run = 0; run < options.runs; run++) {
      for (const peer of peers) if (reads(peer, capture)) costs.get(peer)!.push(await peer.run(capture))
    }
    const cpu = (peer: Peer) => median(costs.get(peer)!.map((cost) => cost.cpu))
    for (const peer of peers.filter((each) => reads(each, capture))) {
      const all = costs.get(peer)!
      subject.rows.push({
        capture: capture.name,
        program: peer.name,
        'CPU s': cpu(peer),
        range: `${Math.min(...all.map((cost) => cost.cpu)).toFixed(2)}–${Math.max(...all.map((cost) => cost.cpu)).toFixed(2)}`,
        'wall s': median(all.map((cost) => cost.wall)),
        'peak MB': Math.max(...all.map((cost) => cost.memory)),
        ratio: cpu(peer) / cpu(peers[0]),
        'exchanges/CPU s': capture.exchanges / cpu(peer),
        exchanges: toldOf(peer, all[0], capture),
        'MB/CPU s': capture.bytes / 1e6 / cpu(peer),
      })
    }
    subject.notes.push(`${capture.name}: ${Math.round(capture.bytes / 1e6)} MB, ${capture.exchanges} exchanges`)
    rmSync(capture.file)
  }
  return subject
}

/** Those that put streams together alone see nothing of what is encrypted. */
const reads = ({ name }: Peer, { keylog }: Capture): boolean => keylog === undefined || !name.startsWith('tcpflow')

const toldOf = (peer: Peer, cost: Cost, capture: Capture): string => {
  const told = peer.told?.(cost, capture)
  return told === undefined ? '' : `${told} of ${capture.exchanges}`
}
