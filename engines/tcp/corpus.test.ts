import { describe, expect, it } from 'vitest'
import { corpusBytes, corpusCaptures, corpusJson, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import { type Gathered, gather, sha256Of } from './collect.case.ts'

const SNOOP = 'a snoop file, neither pcap nor pcapng'
const BIG_TCP = 'a segment of 80,000 bytes (BIG TCP) in a tunnel, IP lengths of zero: malformed to tshark 4.0, whole to us'

/** Where tshark counts other streams, frames or bytes, and why ours are right. */
const OTHER_THAN_TSHARK: Record<string, string> = {
  'files/deepflow/common/decapsulate_erspan1.pcap':
    'a connection begun midway whose first data is a response: tshark takes the lower port for the server',
  'files/deepflow/common/ip6-vxlan.pcap':
    'cut by the snap length inside the tunnel: tshark counts the captured bytes, we those that were sent',
  'files/ndpi/pcap/ip_fragmented_garbage.pcap': 'two datagrams of random bytes whose TCP header length is impossible',
  'files/pcapplusplus/examples/solaris.snoop': SNOOP,
  'files/pcapplusplus/packets/tcp-malformed.pcap': 'its TCP header length is longer than the packet',
  'files/pcapplusplus/reassembly/solaris.snoop': SNOOP,
  'files/tcpdump/tests/bigtcp-ipv4-geneve-ipv4.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv4-geneve-ipv6.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv4-vxlan-ipv4.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv4-vxlan-ipv6.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv6-geneve-ipv4.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv6-geneve-ipv6.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv6-vxlan-ipv4.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv6-vxlan-ipv6.pcap': BIG_TCP,
  'files/tcpdump/tests/bigtcp-ipv6.pcap': 'a jumbogram (IPv6 length zero), which tshark 4.0 does not read',
  'files/tcpdump/tests/tcp-auth-heapoverflow.pcap': 'a forged packet from an end to itself: tshark counts it for both',
  'files/tcpflow/tests/test5-lines-randomized.pcap': 'lines shuffled at random, data seconds before their SYN: tshark splits it elsewhere',
}

/** Where tcpflow has other bytes although as many as tshark. */
const OTHER_THAN_TCPFLOW: Record<string, string> = {
  'files/pcapplusplus/packets/SllPacket.pcap': 'cut by the snap length: tcpflow has zeros there, we a gap',
  'files/tcpflow/tests/bug7.pcap': 'a packet with an IP length of zero (segmentation offload): tcpflow has zeros there, we its bytes',
}

/** Where tshark 4.0 says `tcp.analysis.window_full`, and how often. */
const FULL_WINDOWS = {
  'files/made-tls/h2-cleartext.pcap': 1,
  'files/made-tls/h2-tls13-large-headers.pcap': 2,
  'files/made-tls/tls13-large.pcap': 4,
  'files/mercury/redis.pcap': 1,
}

/** No connection is let go or forgotten: tshark does neither. */
const PATIENT = { idle: 1e17, linger: 1e17, lingering: 1e9 }

/** Payload bytes that the packets had when sent. */
const sent = ({ connection, gaps }: Gathered, side: 0 | 1): number =>
  connection.sides[side].bytes -
  gaps.reduce((sum, gap) => sum + (gap.side === side && gap.reason !== 'cut by snap length' ? gap.missing : 0), 0)

const ours = (gathered: Gathered, withBytes: (path: string) => boolean): string => {
  const { client, server, sides } = gathered.connection
  const path = `${client.ip}:${client.port} > ${server.ip}:${server.port}`
  const bytes = withBytes(path) ? ` ${sent(gathered, 0)}/${sent(gathered, 1)}` : ''
  return `${path} ${sides[0].packets}/${sides[1].packets}${bytes}`
}

const tsharks = (capture: string): { streams: string[]; plain: (path: string) => boolean } => {
  const { tcp } = oracleOf(capture)
  const pathOf = (stream: (typeof tcp)[number]) => `${stream.client.join(':')} > ${stream.server.join(':')}`
  // tshark counts what is sent again once more, and the flags tell where.
  const flagged = new Set(tcp.filter((stream) => Object.keys(stream.flags).length > 0).map(pathOf))
  const plain = (path: string) => !flagged.has(path)
  const streams = tcp.map((stream) => {
    const { frames, bytes } = stream
    return `${pathOf(stream)} ${frames.client}/${frames.server}${plain(pathOf(stream)) ? ` ${bytes.client}/${bytes.server}` : ''}`
  })
  return { streams: streams.sort(), plain }
}

const padded = (ip: string): string =>
  ip.includes(':')
    ? ip
    : ip
        .split('.')
        .map((part) => part.padStart(3, '0'))
        .join('.')

describe.skipIf(!hasCorpus)('connections of the corpus', () => {
  it('are those of tshark: ends, packets, and bytes where nothing was sent twice', () => {
    const different = corpusCaptures().filter((capture) => {
      const { streams, plain } = tsharks(capture)
      const mine = gather(corpusBytes(capture), PATIENT).all.map((gathered) => ours(gathered, plain))
      return mine.sort().join('\n') !== streams.join('\n')
    })
    expect(different.sort()).toEqual(Object.keys(OTHER_THAN_TSHARK).sort())
  })

  it('have the bytes of tcpflow, where those are as many as tshark has', () => {
    type Flows = Record<string, { as_tshark: boolean | null; directions: Record<string, { sha256: string }> }>
    const { flows } = corpusJson<{ flows: Flows }>('oracle/tcpflow.json')
    const comparable = Object.entries(flows).filter(([, { as_tshark }]) => as_tshark)
    const different = comparable.filter(([capture, { directions }]) => {
      const mine = new Set<string>()
      for (const { connection, streams } of gather(corpusBytes(capture), PATIENT).all)
        for (const side of [0, 1] as const) {
          const [from, to] = side === 0 ? [connection.client, connection.server] : [connection.server, connection.client]
          const port = (number: number) => String(number).padStart(5, '0')
          mine.add(`${padded(from.ip)}.${port(from.port)}-${padded(to.ip)}.${port(to.port)} ${sha256Of(streams[side])}`)
        }
      return Object.entries(directions).some(([name, { sha256 }]) => !mine.has(`${name.replace(/(--\d+)?(c\d+)?$/, '')} ${sha256}`))
    })
    expect(comparable.length).toBeGreaterThan(100)
    expect(different.map(([capture]) => capture).sort()).toEqual(Object.keys(OTHER_THAN_TCPFLOW).sort())
  })

  it('have the full windows of tshark', () => {
    const mine = corpusCaptures().flatMap((capture) => {
      const full = gather(corpusBytes(capture)).all.flatMap(({ connection }) => connection.sides.map((side) => side.fullWindows ?? 0))
      return full.some((count) => count > 0) ? [[capture, full.reduce((sum, count) => sum + count)]] : []
    })
    expect(Object.fromEntries(mine)).toEqual(FULL_WINDOWS)
  })

  it('with bytes changed at random are read without a throw, each fact in its place', () => {
    let seed = 1
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
      return Math.floor((seed / 2 ** 32) * below)
    }
    for (const capture of corpusCaptures()) {
      const bytes = Uint8Array.from(corpusBytes(capture).subarray(0, 20_000))
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 30; i++) bytes[24 + random(bytes.length - 24)] = random(256)
        const began = process.cpuUsage()
        for (const { closed } of gather(bytes, {}, 1 + random(5000)).all) expect(closed, capture).toBe(true)
        // 20 KB take a millisecond; CPU time, so that a busy machine does not count.
        expect(process.cpuUsage(began).user / 1000, capture).toBeLessThan(500)
      }
    }
  })
})
