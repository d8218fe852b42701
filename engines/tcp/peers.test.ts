import { describe, expect, it } from 'vitest'
import { latin1 } from '../bytes/text.ts'
import { ipText, parseIp } from '../packet/address.ts'
import { PacketDecoder } from '../packet/decode.ts'
import { Fragments } from '../packet/fragments.ts'
import type { Frame } from '../packet/frame.ts'
import { corpusBytes, corpusFiles, corpusText, hasCorpus } from '../pcap/corpus.case.ts'
import { CaptureReader } from '../pcap/reader.ts'
import { UdpTable } from '../udp/table.ts'
import type { Connection, Endpoint, StreamSink } from './facts.ts'
import { TcpTable } from './table.ts'

/** Frames of a capture, of which each is valid during its call. */
const frames = (capture: string, take: (frame: Frame, place: number) => void): void => {
  const decoder = new PacketDecoder(new Fragments())
  let place = 0
  const reader = new CaptureReader({ packet: (...packet) => take(decoder.decode(...packet), place++) })
  reader.receive(corpusBytes(capture))
  reader.end()
}

/** Both streams of each connection in one text, in the order in which they are told, as PcapPlusPlus writes them. */
const told = (capture: string, without = -1): string[] => {
  const texts = new Map<Connection, string>()
  const add = (connection: Connection, text: string): void => void texts.set(connection, (texts.get(connection) ?? '') + text)
  const sink: StreamSink = {
    open: (connection) => add(connection, ''),
    data: (connection, _side, bytes, start, end) => add(connection, latin1(bytes, start, end)),
    gap: (connection, _side, missing) => add(connection, missing > 0 ? `[${missing} bytes missing]` : ''),
    end() {},
    close() {},
  }
  const table = new TcpTable(sink)
  frames(capture, (frame, place) => place !== without && table.packet(frame))
  table.flush()
  return [...texts.values()]
}

const REASSEMBLY = 'files/pcapplusplus/reassembly'
/** What PcapPlusPlus put together of a capture; with `onePacketLess` its test took one away, which one we find out. */
const REASSEMBLED: [capture: string, output: string, onePacketLess?: boolean][] = [
  ['one_tcp_stream', 'one_tcp_stream_output'],
  ['one_tcp_stream', 'one_tcp_stream_out_of_order_output'],
  ['one_tcp_stream', 'one_tcp_stream_missing_data_output_ooo', true],
  ['one_tcp_stream_max_seq', 'one_tcp_stream_output'],
  ['one_http_stream_fin', 'one_http_stream_fin_output'],
  ['one_http_stream_fin2', 'one_http_stream_fin2_output'],
  ['one_http_stream_fin2', 'one_http_stream_fin2_output2', true],
  ['one_http_stream_rst', 'one_http_stream_rst_output'],
  ['one_ipv6_http_stream', 'one_ipv6_http_stream'],
  ['four_ipv6_http_streams', 'one_ipv6_http_stream2'],
  ['four_ipv6_http_streams', 'one_ipv6_http_stream3'],
  ['four_ipv6_http_streams', 'one_ipv6_http_stream4'],
  ['three_http_streams', 'three_http_streams_conn_1_output'],
  ['three_http_streams', 'three_http_streams_conn_2_output'],
  ['three_http_streams', 'three_http_streams_conn_3_output'],
]

/** Packets in all of each flow, by transport and both ends, whichever is the client. */
type Flows = Record<string, number>

const flowOf = (transport: string, ends: [Endpoint, Endpoint]): string =>
  [transport.toLowerCase(), ...ends.map(({ ip, port }) => `${ip} ${port}`).sort()].join(' ')

/** Lines such as `1 TCP 10.0.0.1:40000 <-> [fe80::1]:80 [proto: …][3 pkts/300 bytes <-> 2 pkts/200 bytes]…` */
const ndpis = (capture: string): Flows => {
  const flows: Flows = {}
  const line = /^\s+\d+\s+(TCP|UDP) (\S+) <?-> (\S+) .*?\[(\d+) pkts\/\d+ bytes <?-> (\d+) pkts/gm
  const end = (text: string): Endpoint => {
    const [, ip, port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? []
    const [a, b, c, d] = parseIp(ip)
    return { ip: ipText(a, b, c, d), port: Number(port) }
  }
  for (const [, transport, a, b, up, down] of corpusText(`${capture}.out`).matchAll(line)) {
    const name = flowOf(transport, [end(a), end(b)])
    flows[name] = (flows[name] ?? 0) + Number(up) + Number(down)
  }
  return flows
}

const ours = (capture: string): Flows => {
  const flows: Flows = {}
  const all: Connection[] = []
  const sink: StreamSink = { open: (connection) => all.push(connection), data() {}, gap() {}, end() {}, close() {} }
  const tcp = new TcpTable(sink, { idle: 1e17, linger: 1e17, lingering: 1e9 })
  const udp = new UdpTable(sink, { idle: 1e17 })
  frames(capture, (frame) => {
    tcp.packet(frame)
    udp.packet(frame)
  })
  tcp.flush()
  for (const { transport, client, server, sides } of all) {
    const name = flowOf(transport, [client, server])
    flows[name] = (flows[name] ?? 0) + sides[0].packets + sides[1].packets
  }
  return flows
}

/** Where nDPI counts otherwise, and why ours are right. */
const OTHER_THAN_NDPI: Record<string, string> = {
  'ajp.pcap': 'of one connection nDPI counts 13 packets of 25; tshark counts as we do',
  'ip_fragmented_garbage.pcap': 'datagrams of random bytes, in fragments: nDPI counts the fragments, without ports',
  'tls_invalid_reads.pcap': 'a packet whose IP length is beyond its end: nDPI leaves it out, tshark counts it as we do',
}

describe.skipIf(!hasCorpus)('connections of the corpus', () => {
  it('are put together as PcapPlusPlus does, both sides in one order', () => {
    for (const [capture, output, onePacketLess] of REASSEMBLED) {
      const path = `${REASSEMBLY}/${capture}.pcap`
      const bytes = corpusBytes(`${REASSEMBLY}/${output}.txt`)
      const expected = latin1(bytes, 0, bytes.length)
      let packets = 0
      if (onePacketLess) frames(path, () => packets++)
      const readings = onePacketLess ? Array.from({ length: packets }, (_, place) => told(path, place)) : [told(path)]
      expect(
        readings.some((reading) => reading.includes(expected)),
        output,
      ).toBe(true)
    }
  })

  it('are the flows of nDPI, over TCP and UDP, with as many packets', () => {
    const captures = corpusFiles('files/ndpi/pcap')
      .filter((name) => name.endsWith('.out'))
      .map((name) => name.slice(0, -4))
    expect(captures.flatMap((capture) => Object.keys(ndpis(capture))).length).toBeGreaterThan(300)
    const different = captures.filter((capture) => JSON.stringify(sorted(ours(capture))) !== JSON.stringify(sorted(ndpis(capture))))
    expect(different.map((capture) => capture.split('/').at(-1)).sort()).toEqual(Object.keys(OTHER_THAN_NDPI).sort())
  })
})

const sorted = (flows: Flows): [string, number][] => Object.entries(flows).sort(([a], [b]) => (a < b ? -1 : 1))
