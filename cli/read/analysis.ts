import { dnsAnswers } from '#engines/dns/answers.ts'
import type { Codecs } from '#engines/http/facts.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { Fragments } from '#engines/packet/fragments.ts'
import type { CaptureSink } from '#engines/pcap/sink.ts'
import { type CallSink, ProtocolStreams } from '#engines/protocols/streams.ts'
import type { Connection, StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'
import type { Micros } from '#engines/time.ts'
import { type KeyLogLine, KeyLogReader } from '#engines/tls/keylog.ts'
import { KnownSecrets } from '#engines/tls/known-secrets.ts'
import { UdpTable } from '#engines/udp/table.ts'

export interface AnalysisEvents extends CallSink {
  /** A connection is closed, or the capture ended; what is above it can still be asked for. */
  closed(connection: Connection, protocol: string | undefined, calls: number): void
}

const DNS = 53
/** Of a Decryption Secrets Block: a key log of TLS. */
const TLS_KEY_LOG = 0x544c534b

/** Packets in, calls and connections out: the engines on one another, with nothing in between. */
export class Analysis implements CaptureSink {
  packets = 0
  bytes = 0
  /** Names of addresses, as the capture's DNS answers and name blocks give them. */
  readonly names = new Map<string, string>()
  readonly #secrets = new KnownSecrets()
  readonly #decoder = new PacketDecoder(new Fragments())
  readonly #tcp: TcpTable
  readonly #udp: UdpTable

  constructor(events: AnalysisEvents, codecs: Codecs, keepBody: number) {
    const streams = new ProtocolStreams(events, codecs, { keepBody }, (random) => this.#secrets.find(random))
    const sink: StreamSink = {
      open: (connection) => streams.open(connection),
      data: (connection, side, bytes, start, end, at) => streams.data(connection, side, bytes, start, end, at),
      gap: (connection, side, missing, at, reason) => streams.gap(connection, side, missing, at, reason),
      end: (connection, side, at) => streams.end(connection, side, at),
      close: (connection, at) => {
        // Their secrets may have come in between.
        for (const random of streams.awaited(connection)) {
          const secrets = this.#secrets.find(random)
          if (secrets) streams.unlock(connection, random, secrets, at)
        }
        streams.close(connection, at)
        events.closed(connection, streams.protocol(connection), streams.calls(connection))
      },
    }
    this.#tcp = new TcpTable(sink)
    this.#udp = new UdpTable(sink)
  }

  packet(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): void {
    this.packets++
    this.bytes += originalLength
    const frame = this.#decoder.decode(bytes, start, end, originalLength, at, linkType, interfaceId)
    this.#tcp.packet(frame)
    this.#udp.packet(frame)
    if (frame.isUdp && frame.sourcePort === DNS)
      for (const { ip, name } of dnsAnswers(frame.bytes, frame.payload, frame.payloadEnd)) this.names.set(ip, name)
  }

  /** A secret of a TLS session. */
  learn(line: KeyLogLine): void {
    this.#secrets.add(line)
  }

  secrets(type: number, bytes: Uint8Array, start: number, end: number): void {
    if (type !== TLS_KEY_LOG) return
    const reader = new KeyLogReader({ line: (line) => this.learn(line), malformed: () => undefined })
    reader.receive(bytes, start, end)
    reader.end()
  }

  name(address: string, name: string): void {
    this.names.set(address, name)
  }

  /** Nothing more comes. */
  end(): void {
    this.#tcp.flush()
    this.#udp.flush()
  }
}
