import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { dns, dnsOverTcp } from '#engines/dns/protocol.ts'
import { HpackDecoder } from '#engines/hpack/decoder.ts'
import { http } from '#engines/http/protocol.ts'
import { h2 } from '#engines/http2/protocol.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { Fragments } from '#engines/packet/fragments.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { postgresql } from '#engines/postgresql/protocol.ts'
import { protobufText } from '#engines/protobuf/text.ts'
import type { Found } from '#engines/protocols/call.ts'
import type { Protocol } from '#engines/protocols/protocol.ts'
import { PROTOCOLS } from '#engines/protocols/registry.ts'
import { ProtocolStreams } from '#engines/protocols/streams.ts'
import { redis } from '#engines/redis/protocol.ts'
import { ServerSentEvents } from '#engines/sse/events.ts'
import { connectionWith, quietSide } from '#engines/tcp/connection.case.ts'
import type { Connection, StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'
import { micros } from '#engines/time.ts'
import { tls } from '#engines/tls/protocol.ts'
import { UdpTable } from '#engines/udp/table.ts'
import { websocket } from '#engines/websocket/protocol.ts'
import { readScript } from './script.ts'

const codecs = await loadCodecs()

/** What an engine may keep of one connection, in bytes of its saved state, whatever came: inputs are smaller by far. */
const MOST_SAVED = 1024 * 1024

/** What is fuzzed: it throws where the engine breaks a promise. */
export interface Target {
  run(input: Uint8Array): void
  /** Where its seeds come from: what is said in this protocol, captures, or nothing but these. */
  seeds: { protocol: string } | 'captures' | Uint8Array[]
}

const sizeOf = (value: unknown): number => {
  if (value instanceof Uint8Array) return value.length
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce((sum: number, each) => sum + sizeOf(each), 8)
}

const told = (protocols: readonly Protocol[], transport: 'tcp' | 'udp', input: Uint8Array, restart: boolean): Found[] => {
  const out: Found[] = []
  const sink = {
    exchange: (_: Connection, exchange: Found) => void out.push(structuredClone(exchange)),
    call: (_: Connection, call: Found) => void out.push(structuredClone(call)),
  }
  const connection = connectionWith({ transport, sides: [quietSide({ fin: true }), quietSide({ fin: true })] })
  let streams = new ProtocolStreams(sink, codecs, { keepBody: 4096 }, undefined, protocols)
  streams.open(connection)
  let at = 0
  for (const step of readScript(input)) {
    at += 1000
    const now = micros(at)
    if ('missing' in step) streams.gap(connection, step.side, step.missing, now, 'not captured')
    else {
      const lent = Uint8Array.from(step.bytes)
      streams.data(connection, step.side, lent, 0, lent.length, now)
      lent.fill(0x2e)
    }
    if (!restart) continue
    const saved = structuredClone(streams.save(connection))
    if (sizeOf(saved) > MOST_SAVED) throw new Error(`it keeps ${sizeOf(saved)} bytes`)
    streams = new ProtocolStreams(sink, codecs, { keepBody: 4096 }, undefined, protocols)
    streams.load(connection, saved)
  }
  streams.pending(connection)
  streams.close(connection, micros(at + 1000))
  return out
}

/** A protocol that takes whatever comes: it never throws, keeps little, gives each place once, and is the same when it is saved and loaded. */
const reader = (protocol: Protocol): Target => {
  const taking: Protocol = { ...protocol, client: () => 'yes', server: () => 'yes' }
  const protocols = [taking, ...PROTOCOLS.filter((other) => other !== protocol)]
  const transport = protocol === dns ? 'udp' : 'tcp'
  return {
    seeds: { protocol: protocol.name },
    run(input) {
      const [whole, restarted] = [false, true].map((restart) => told(protocols, transport, input, restart))
      if (JSON.stringify(whole) !== JSON.stringify(restarted)) throw new Error('it is another one when it was saved and loaded')
      // A handshake of TLS is told again, in its place, when more of it is known.
      const once = whole.filter((found) => !('protocol' in found) || found.protocol !== 'tls')
      const places = once.map((found) => `${'protocol' in found ? found.protocol : ''} ${found.position}`)
      if (new Set(places).size < places.length) throw new Error('a place is given twice')
    },
  }
}

const nobody: StreamSink = {
  open: () => undefined,
  data: () => undefined,
  gap: () => undefined,
  end: () => undefined,
  close: () => undefined,
}

const capture = (above: boolean) => (input: Uint8Array) => {
  const decoder = new PacketDecoder(new Fragments())
  const [tcp, udp] = [new TcpTable(nobody), new UdpTable(nobody)]
  const file = new CaptureReader({
    packet(...packet) {
      const frame = decoder.decode(...packet)
      if (!above) return
      tcp.packet(frame)
      udp.packet(frame)
    },
  })
  for (let at = 0; at < input.length; at += 700) file.receive(input.subarray(at, at + 700))
  file.end()
  tcp.flush()
  udp.flush()
}

const MESSAGE = Uint8Array.from([8, 150, 1, 18, 7, 116, 101, 115, 116, 105, 110, 103, 26, 3, 8, 150, 1, 0x21, 1, 2, 3, 4, 5, 6, 7, 8])
const BLOCK = Uint8Array.from(Buffer.from('828684418cf1e3c2e5f23a6ba0ab90f4ff828684be5886a8eb10649cbf', 'hex'))
const EVENTS = Uint8Array.from(Buffer.from('event: tick\r\ndata: 1\ndata: 2\r\r: no\nid: 7\n\ndata\n\n'))

export const TARGETS: Readonly<Record<string, Target>> = {
  pcap: { seeds: 'captures', run: capture(false) },
  tcp: { seeds: 'captures', run: capture(true) },
  http: reader(http),
  http2: reader(h2),
  websocket: reader(websocket),
  tls: reader(tls),
  dns: reader(dns),
  'dns-tcp': reader(dnsOverTcp),
  redis: reader(redis),
  postgresql: reader(postgresql),
  hpack: {
    seeds: [BLOCK],
    run(input) {
      const decoder = new HpackDecoder()
      for (let at = 0; at < input.length; at += 64) {
        const { headers } = decoder.decode(input, at, Math.min(input.length, at + 64))
        if (sizeOf(headers) > MOST_SAVED) throw new Error('a list without end')
      }
      if (sizeOf(decoder.save()) > MOST_SAVED) throw new Error('a table without end')
    },
  },
  protobuf: {
    seeds: [MESSAGE],
    run(input) {
      const text = protobufText(input, 0, input.length)
      if (text !== undefined && text.length > MOST_SAVED) throw new Error('a text without end')
    },
  },
  sse: {
    seeds: [EVENTS],
    run(input) {
      const [whole, pieces] = [new ServerSentEvents(), new ServerSentEvents()]
      whole.add(input, 0, input.length, micros(1))
      for (let at = 0; at < input.length; at += 3) pieces.add(input, at, Math.min(input.length, at + 3), micros(1))
      if (JSON.stringify(whole.messages) !== JSON.stringify(pieces.messages)) throw new Error('it is another one when it is cut')
    },
  },
}
