/** What an open idle connection costs, layer by layer, and a conversation over UDP. `node bench/idle.ts [connections [layer]]` */
import { execFileSync } from 'node:child_process'
import { Encoder } from 'cbor-x'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { copyOf } from '#engines/bytes/copy.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { ACK, SYN } from '#engines/packet/frame.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeTcp } from '#engines/packet/tcp.ts'
import { encodeUdp } from '#engines/packet/udp.ts'
import { CONVERSATIONS, type Conversation } from '#engines/protocols/conversations.case.ts'
import { ProtocolStreams } from '#engines/protocols/streams.ts'
import type { StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'
import { micros } from '#engines/time.ts'
import { UdpTable } from '#engines/udp/table.ts'
import { Tables } from '#functions/sessions/tables.ts'
import { Watched } from '#functions/sessions/watched.ts'

const count = Number(process.argv[2] ?? 200_000)
const layer = process.argv[3]
const nobody: StreamSink = { open() {}, data() {}, gap() {}, end() {}, close() {} }
const SEGMENT = 1448
const codecs = await loadCodecs()
const encoder = new Encoder({ useRecords: false, structuredClone: false, tagUint8Array: false })
const decoder = new PacketDecoder()

const frameOf = (payload: Uint8Array, i: number, back: boolean, protocol: number) => {
  const client = `10.${(i >> 20) & 255}.${(i >> 12) & 255}.1`
  const bytes = encodeIpv4(payload, { source: back ? '10.255.0.2' : client, target: back ? client : '10.255.0.2', protocol })
  return decoder.decode(bytes, 0, bytes.length, bytes.length, micros(1_767_607_200e6 + i), 101, 0)
}

/** A handshake, and a call with its answer, or what else is said. */
const talk = (table: Pick<TcpTable, 'packet'>, i: number, { said }: Conversation): void => {
  const port = 1024 + (i & 4095)
  const ports = [
    { sourcePort: port, targetPort: 80 },
    { sourcePort: 80, targetPort: port },
  ]
  const next = [i, 7]
  const send = (side: 0 | 1, payload: Uint8Array, flags: number) => {
    const fields = { ...ports[side], sequence: next[side] >>> 0, acknowledgement: flags === SYN ? 0 : next[1 - side] >>> 0, flags }
    table.packet(frameOf(encodeTcp(payload, fields), i, side === 1, 6))
    next[side] += flags === ACK ? payload.length : 1
  }
  const nothing = new Uint8Array(0)
  send(0, nothing, SYN)
  send(1, nothing, SYN | ACK)
  for (const { side, bytes } of said(i))
    for (let at = 0; at < bytes.length; at += SEGMENT) send(side, bytes.subarray(at, at + SEGMENT), ACK)
}

const used = (): number => {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const all = (each: (i: number) => void): void => {
  for (let i = 0; i < count; i++) each(i)
}

/**
 * The lane's table, its facts going on through `Watched`; settled at times, as a lane is. `above`: what is above the connections is read;
 * `keep`: the checkpoints are held, as the embedded state does.
 */
const lane = async (name: string, above: boolean, keep: boolean): Promise<unknown> => {
  const conversation = await CONVERSATIONS[name]()
  const streams = above ? new ProtocolStreams({ exchange() {}, call() {} }, codecs, {}, conversation.secrets) : undefined
  const watched = new Watched(streams ?? nobody, () => undefined)
  const tables = new Tables(watched)
  const kept = new Map<string, Uint8Array | null>()
  all((i) => {
    talk(tables, i, conversation)
    if (i % 1000 !== 999) return
    if (keep && streams) for (const connection of watched.changed) kept.set(connection.id, copyOf(encoder.encode(streams.save(connection))))
    watched.block.clear()
    watched.changed.clear()
    for (const [key, bytes] of tables.checkpoints()) if (keep) kept.set(key, bytes)
  })
  return [tables, streams, kept]
}

const LAYERS: Record<string, () => unknown> = {
  async TcpTable() {
    const table = new TcpTable(nobody)
    const conversation = await CONVERSATIONS.HTTP()
    all((i) => talk(table, i, conversation))
    return table
  },
  UdpTable() {
    const table = new UdpTable(nobody, { conversations: count })
    all((i) => table.packet(frameOf(encodeUdp(new Uint8Array(9), 1024 + (i & 4095), 9999), i, false, 17)))
    return table
  },
  'sessions lane': () => lane('HTTP', false, false),
  'sessions lane, its checkpoints': () => lane('HTTP', false, true),
}
for (const name of Object.keys(CONVERSATIONS)) {
  LAYERS[`sessions lane, ${name}`] = () => lane(name, true, false)
  LAYERS[`sessions lane, ${name}, checkpoints of both`] = () => lane(name, true, true)
}

// A layer a process: what one leaves behind is not counted for the next.
if (layer === undefined) {
  for (const name of Object.keys(LAYERS))
    process.stdout.write(execFileSync(process.execPath, ['--expose-gc', import.meta.filename, String(count), name]))
} else {
  const before = used()
  const held = await LAYERS[layer]()
  const each = Math.round((used() - before) / count)
  console.log(JSON.stringify({ layer, connections: held ? count : 0, 'bytes each': each }))
}
