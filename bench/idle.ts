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
const codecs = await loadCodecs()
const encoder = new Encoder({ useRecords: false, structuredClone: false, tagUint8Array: false })
const decoder = new PacketDecoder()
const REQUEST = Buffer.from('GET /things/1 HTTP/1.1\r\nHost: things\r\nAccept: */*\r\n\r\n')
const RESPONSE = Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nthing')

const frameOf = (payload: Uint8Array, i: number, back: boolean, protocol: number) => {
  const client = `10.${(i >> 20) & 255}.${(i >> 12) & 255}.1`
  const bytes = encodeIpv4(payload, { source: back ? '10.255.0.2' : client, target: back ? client : '10.255.0.2', protocol })
  return decoder.decode(bytes, 0, bytes.length, bytes.length, micros(1_767_607_200e6 + i), 101, 0)
}

/** A handshake, and a call with its answer. */
const talk = (table: Pick<TcpTable, 'packet'>, i: number): void => {
  const port = 1024 + (i & 4095)
  const up = { sourcePort: port, targetPort: 80 }
  const down = { sourcePort: 80, targetPort: port }
  const send = (payload: Uint8Array, fields: Parameters<typeof encodeTcp>[1], back: boolean) =>
    table.packet(frameOf(encodeTcp(payload, fields), i, back, 6))
  const nothing = new Uint8Array(0)
  const asked = (i + 1 + REQUEST.length) >>> 0
  send(nothing, { ...up, sequence: i, flags: SYN }, false)
  send(nothing, { ...down, sequence: 7, acknowledgement: i + 1, flags: SYN | ACK }, true)
  send(REQUEST, { ...up, sequence: i + 1, acknowledgement: 8, flags: ACK }, false)
  send(RESPONSE, { ...down, sequence: 8, acknowledgement: asked, flags: ACK }, true)
}

const used = (): number => {
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const all = (each: (i: number) => void): void => {
  for (let i = 0; i < count; i++) each(i)
}

/** The lane's table, its facts going on through `Watched`; settled at times, as a lane is. `keep`: hold the checkpoints, as the embedded state does. */
const lane = (keep: boolean, streams: ProtocolStreams | undefined): unknown => {
  const sink: StreamSink = streams ?? nobody
  const watched = new Watched(sink, () => undefined)
  const tables = new Tables(watched)
  const kept = new Map<string, Uint8Array | null>()
  all((i) => {
    talk(tables, i)
    if (i % 1000 !== 999) return
    if (keep && streams) for (const connection of watched.changed) kept.set(connection.id, copyOf(encoder.encode(streams.save(connection))))
    watched.block.clear()
    watched.changed.clear()
    for (const [key, bytes] of tables.checkpoints()) if (keep) kept.set(key, bytes)
  })
  return [tables, kept]
}

const streams = () => new ProtocolStreams({ exchange() {}, call() {} }, codecs)
const LAYERS: Record<string, () => unknown> = {
  TcpTable() {
    const table = new TcpTable(nobody)
    all((i) => talk(table, i))
    return table
  },
  UdpTable() {
    const table = new UdpTable(nobody, { conversations: count })
    all((i) => table.packet(frameOf(encodeUdp(new Uint8Array(9), 1024 + (i & 4095), 9999), i, false, 17)))
    return table
  },
  'sessions lane': () => lane(false, undefined),
  'sessions lane, its checkpoints': () => lane(true, undefined),
  'sessions lane, protocol streams (HTTP)': () => lane(false, streams()),
  'sessions lane, protocol streams, checkpoints of both': () => lane(true, streams()),
}

// A layer a process: what one leaves behind is not counted for the next.
if (layer === undefined) {
  for (const name of Object.keys(LAYERS))
    process.stdout.write(execFileSync(process.execPath, ['--expose-gc', import.meta.filename, String(count), name]))
} else {
  const before = used()
  const held = LAYERS[layer]()
  const each = Math.round((used() - before) / count)
  console.log(JSON.stringify({ layer, connections: held ? count : 0, 'bytes each': each }))
}
