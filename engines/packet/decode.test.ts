import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../bytes/text.ts'
import { micros } from '../time.ts'
import { ipText, parseIp } from './address.ts'
import { PacketDecoder } from './decode.ts'
import { encodeErspan } from './erspan.ts'
import { encodeEthernet } from './ethernet.ts'
import { Fragments } from './fragments.ts'
import { ACK, type Frame } from './frame.ts'
import { encodeGre } from './gre.ts'
import { encodeGtp } from './gtp.ts'
import { encodeIpv4 } from './ipv4.ts'
import { encodeIpv6 } from './ipv6.ts'
import { conversationHash, laneOf } from './lane.ts'
import { encodeMpls } from './mpls.ts'
import { encodePppoe } from './ppp.ts'
import { LaneSplitter } from './splitter.ts'
import { encodeTcp } from './tcp.ts'
import { encodeUdp } from './udp.ts'
import { encodeGeneve, encodeVxlan } from './vxlan.ts'

const ETHERNET = 1
const join = (...parts: (Uint8Array | number[])[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

const tcp = encodeTcp(fromLatin1('hello'), { sourcePort: 40_000, targetPort: 80, sequence: 0xfffffffe, acknowledgement: 7, flags: ACK })
const udp = encodeUdp(fromLatin1('query'), 5353, 53)
const v4 = { source: '192.168.1.2', target: '10.0.0.255' }
const v6 = { source: '2001:db8::1', target: 'fe80::1:2' }
const ip = encodeIpv4(tcp, { ...v4, protocol: 6 })
const ip6 = encodeIpv6(tcp, { ...v6, next: 6 })
const snap = (type: number[]): number[] => [0xaa, 0xaa, 3, 0, 0, 0, ...type]

const decode = (bytes: Uint8Array, linkType: number, original = bytes.length, fragments?: Fragments): Frame =>
  new PacketDecoder(fragments).decode(bytes, 0, bytes.length, original, micros(1), linkType, 0)

const shown = (frame: Frame): string => {
  if (frame.problem) return frame.problem
  if (!frame.ports) return frame.version === 0 ? 'no IP' : `protocol ${frame.protocol}`
  const kind = frame.isTcp ? 'tcp' : 'udp'
  const cut = frame.payloadLength - (frame.payloadEnd - frame.payload)
  const vlan = frame.vlan < 0 ? '' : ` vlan ${frame.vlan}`
  const ends = `${frame.sourceIp()}:${frame.sourcePort} > ${frame.targetIp()}:${frame.targetPort}`
  return `${kind} ${ends} ${latin1(frame.bytes, frame.payload, frame.payloadEnd)}${cut ? ` cut ${cut}` : ''}${vlan}`
}

const TCP4 = 'tcp 192.168.1.2:40000 > 10.0.0.255:80 hello'
const TCP6 = 'tcp 2001:db8::1:40000 > fe80::1:2:80 hello'
const extended = encodeIpv6(
  join([43, 0, 0, 0, 0, 0, 0, 0], [60, 1, ...new Array(14).fill(0)], [51, 0, 0, 0, 0, 0, 0, 0], [6, 1, ...new Array(10).fill(0)], tcp),
  { ...v6, next: 0 },
)

const inIp = (payload: Uint8Array, protocol: number): Uint8Array => encodeIpv4(payload, { source: '1.1.1.1', target: '2.2.2.2', protocol })
const overUdp = (payload: Uint8Array, port: number): Uint8Array => inIp(encodeUdp(payload, 5000, port), 17)
const NO_TUNNEL = (port: number): string => `udp 1.1.1.1:5000 > 2.2.2.2:${port} just some text of forty bytes and more ..`
const nested = (depth: number): Uint8Array => (depth === 0 ? ip : inIp(nested(depth - 1), 4))

const CASES: [string, Uint8Array, number, string][] = [
  [
    'Ethernet with padding behind a short packet',
    encodeEthernet(encodeIpv4(tcp.subarray(0, 22), { ...v4, protocol: 6 }), 0x0800),
    ETHERNET,
    TCP4.replace('hello', 'he'),
  ],
  ['a VLAN tag', encodeEthernet(ip, 0x0800, [12]), ETHERNET, `${TCP4} vlan 12`],
  ['two VLAN tags', encodeEthernet(ip6, 0x86dd, [12, 99]), ETHERNET, `${TCP6} vlan 99`],
  ['a length in place of a type', encodeEthernet(join(snap([8, 0]), ip), 53), ETHERNET, TCP4],
  ['ARP', encodeEthernet(new Uint8Array(28), 0x0806), ETHERNET, 'no IP'],
  ['Linux cooked capture', join(new Array(14).fill(0), [8, 0], ip), 113, TCP4],
  ['Linux cooked capture, version 2', join([0x86, 0xdd], new Array(18).fill(0), ip6), 276, TCP6],
  ['raw IP', ip6, 101, TCP6],
  ['the loopback of BSD', join([2, 0, 0, 0], ip), 0, TCP4],
  ['the loopback of OpenBSD', join([0, 0, 0, 24], ip6), 108, TCP6],
  ['Wi-Fi with quality of service', join([0x88, 1], new Array(24).fill(0), snap([8, 0]), ip), 105, TCP4],
  ['Wi-Fi that is encrypted', join([8, 0x41], new Array(60).fill(0)), 105, 'no IP'],
  ['Wi-Fi behind radio facts', join([0, 0, 9, 0, 0, 0, 0, 0, 0], [8, 1], new Array(22).fill(0), snap([8, 0]), ip), 127, TCP4],
  ['a link type that is not known', ip, 147, 'no IP'],
  ['IPv4 options', encodeIpv4(tcp, { ...v4, protocol: 6, options: new Uint8Array(8).fill(1) }), 101, TCP4],
  ['a total length of zero, left to the network card', encodeIpv4(tcp, { ...v4, protocol: 6, totalLength: 0 }), 101, TCP4],
  ['a total length shorter than the header', encodeIpv4(tcp, { ...v4, protocol: 6, totalLength: 19 }), 101, 'bad header'],
  ['IPv6 extension headers', extended, 101, TCP6],
  ['an atomic fragment', encodeIpv6(join([6, 0, 0, 0, 0, 0, 0, 1], tcp), { ...v6, next: 44 }), 101, TCP6],
  [
    'TCP options',
    encodeIpv4(encodeTcp(fromLatin1('x'), { sourcePort: 1, targetPort: 2, sequence: 0, flags: 0, options: new Uint8Array(12).fill(1) }), {
      ...v4,
      protocol: 6,
    }),
    101,
    'tcp 192.168.1.2:1 > 10.0.0.255:2 x',
  ],
  [
    'a TCP header shorter than it can be',
    encodeIpv4(
      tcp.map((byte, i) => (i === 12 ? 0x40 : byte)),
      { ...v4, protocol: 6 },
    ),
    101,
    'bad header',
  ],
  ['UDP', encodeIpv4(udp, { ...v4, protocol: 17 }), 101, 'udp 192.168.1.2:5353 > 10.0.0.255:53 query'],
  ['another protocol', encodeIpv4(tcp, { ...v4, protocol: 89 }), 101, 'protocol 89'],
  ['a header that is cut', ip.subarray(0, 30), 101, 'header cut'],
  ['MPLS', encodeEthernet(encodeMpls(ip, [16, 17]), 0x8847), ETHERNET, TCP4],
  ['Ethernet over MPLS', encodeEthernet(encodeMpls(join([0, 0, 0, 0], encodeEthernet(ip6, 0x86dd)), [16]), 0x8847), ETHERNET, TCP6],
  ['PPPoE', encodeEthernet(encodePppoe(ip, 0x21), 0x8864), ETHERNET, TCP4],
  ['PPP', join([0xff, 3, 0, 0x57], ip6), 9, TCP6],
  ['PPP with a protocol of one byte', join([0x21], ip), 9, TCP4],
  ['HDLC of Cisco', join([0x0f, 0, 8, 0], ip), 104, TCP4],
  ['FabricPath', encodeEthernet(join([0, 1], encodeEthernet(ip, 0x0800)), 0x8903), ETHERNET, TCP4],
  ['GRE with key and sequence number', inIp(encodeGre(ip6, { type: 0x86dd, key: 7, sequence: 8 }), 47), 101, TCP6],
  ['Ethernet in GRE', inIp(encodeGre(encodeEthernet(ip, 0x0800), { type: 0x6558 }), 47), 101, TCP4],
  ['PPP in GRE (PPTP)', inIp(join([0x30, 1, 0x88, 0x0b, 0, ip.length + 2, 0, 1, 0, 0, 0, 0], [0, 0x21], ip), 47), 101, TCP4],
  ['GRE of a version that is not known', inIp(join([0, 2, 8, 0], ip), 47), 101, 'protocol 47'],
  ['ERSPAN I', inIp(encodeGre(encodeEthernet(ip, 0x0800), { type: 0x88be }), 47), 101, TCP4],
  ['ERSPAN II', inIp(encodeGre(encodeErspan(encodeEthernet(ip, 0x0800), 2), { type: 0x88be, sequence: 1 }), 47), 101, TCP4],
  ['ERSPAN III', inIp(encodeGre(encodeErspan(encodeEthernet(ip, 0x0800), 3), { type: 0x22eb, sequence: 1 }), 47), 101, TCP4],
  ['IP in IP', inIp(ip, 4), 101, TCP4],
  ['6in4', inIp(ip6, 41), 101, TCP6],
  ['VXLAN', overUdp(encodeVxlan(encodeEthernet(ip, 0x0800, [5]), 12), 4789), 101, `${TCP4} vlan 5`],
  ['Geneve with options', overUdp(encodeGeneve(ip6, 12, 0x86dd, new Uint8Array(8)), 6081), 101, TCP6],
  ['GTP-U with extension headers', overUdp(encodeGtp(ip, 12, [{ type: 0x85, bytes: Uint8Array.of(1, 0, 9, 0) }]), 2152), 101, TCP4],
  ['what is no VXLAN on its port', overUdp(fromLatin1('just some text of forty bytes and more ..'), 4789), 101, NO_TUNNEL(4789)],
  ['what is no GTP on its port', overUdp(fromLatin1('just some text of forty bytes and more ..'), 2152), 101, NO_TUNNEL(2152)],
  ['tunnels without end', nested(9), 101, 'too deep'],
  ['VLAN tags without end', encodeEthernet(new Uint8Array(0), 0, new Array(40).fill(1)), ETHERNET, 'too deep'],
]

describe('a packet', () => {
  for (const [name, bytes, linkType, text] of CASES) it(`is decoded: ${name}`, () => expect(shown(decode(bytes, linkType))).toBe(text))

  it('knows what the snap length cut', () => {
    expect(shown(decode(ip.subarray(0, 42), 101, ip.length))).toBe(`${TCP4.replace('hello', 'he')} cut 3`)
    const offloaded = encodeIpv4(tcp, { ...v4, protocol: 6, totalLength: 0 })
    expect(shown(decode(offloaded.subarray(0, 42), 101, offloaded.length))).toBe(`${TCP4.replace('hello', 'he')} cut 3`)
    expect(decode(offloaded, 101, 0xffffffff).payloadLength).toBe(5)
  })

  it('has its sequence numbers as signed integers', () => {
    const frame = decode(ip, 101)
    expect([frame.sequence, frame.acknowledgement, frame.flags]).toEqual([-2, 7, ACK])
  })

  it('never makes the decoder throw', () => {
    fc.assert(
      fc.property(
        fc.nat(CASES.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
        fc.nat(90),
        (which, changes, length) => {
          const bytes = CASES[which][1].slice(0, length + 1)
          for (const [at, value] of changes) bytes[at % bytes.length] = value
          const frame = decode(bytes, CASES[which][2], bytes.length + 3, new Fragments())
          if (frame.ports)
            expect(frame.payload <= frame.payloadEnd && frame.payloadEnd <= frame.bytes.length && frame.payloadLength >= 0).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(0, 1, 101, 105, 108, 113, 127, 276),
        (bytes, linkType) => void decode(bytes, linkType),
      ),
    )
  })
})

describe('an address', () => {
  const texts = ['0.0.0.0', '255.1.2.3', '::', '::1', '2001:db8::1', '1::', '1:0:2::3:0:4', '2001:db8:0:1:1:1:1:1']
  for (const text of texts) it(`${text} is read and written`, () => expect(ipText(...parseIp(text))).toBe(text))
  it('that is none is refused', () => expect(() => parseIp('1:2')).toThrow(RangeError))
})

const long = fromLatin1('0123456789'.repeat(10))
const datagram = encodeUdp(long, 4000, 53)
const pieces = (cuts: number[], ident: number): Uint8Array[] => {
  const edges = [0, ...[...new Set(cuts.map((cut) => (cut % 13) * 8))].filter((edge) => edge > 0).sort((a, b) => a - b), datagram.length]
  return edges.slice(1).map((end, i) =>
    encodeIpv4(datagram.subarray(edges[i], end), {
      ...v4,
      protocol: 17,
      ident,
      fragment: edges[i],
      moreFragments: end < datagram.length,
    }),
  )
}
const cuts = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 })

describe('fragments', () => {
  it('are put together in any order, however often they come, and from saved state', () => {
    fc.assert(
      fc.property(cuts, fc.array(fc.nat()), (places, swaps) => {
        const parts = pieces(places, 5)
        for (const swap of swaps) parts.splice(swap % parts.length, 0, ...parts.splice((swap * 3) % parts.length, 1))
        let fragments = new Fragments()
        const whole = [...parts.slice(0, -1), ...parts].map((part) => {
          const next = new Fragments()
          next.load(structuredClone(fragments.save()))
          fragments = next
          const frame = decode(part, 101, part.length, fragments)
          return frame.isUdp ? latin1(frame.bytes, frame.payload, frame.payloadEnd) : ''
        })
        expect(whole.filter((text) => text !== '')).toContain(latin1(long, 0, long.length))
      }),
    )
  })

  it('of IPv6 are put together', () => {
    const fragments = new Fragments()
    const part = (from: number, to: number): Uint8Array =>
      encodeIpv6(join([17, 0, 0, from | (to < datagram.length ? 1 : 0), 0, 0, 0, 9], datagram.subarray(from, to)), { ...v6, next: 44 })
    expect(shown(decode(part(64, datagram.length), 101, undefined, fragments))).toBe('protocol 17')
    expect(shown(decode(part(0, 64), 101, undefined, fragments))).toBe(`udp 2001:db8::1:4000 > fe80::1:2:53 ${latin1(long, 0, 100)}`)
  })

  it('are bounded in number, bytes and time', () => {
    const fragments = new Fragments({ datagrams: 3, bytes: 200, wait: 10 })
    for (let ident = 0; ident < 50; ident++) decode(pieces([8], ident)[0], 101, undefined, fragments)
    expect(fragments.save().length).toBeLessThanOrEqual(3)
    expect(fragments.incomplete).toBeGreaterThanOrEqual(47)
  })
})

describe('a lane', () => {
  const between = (a: number, b: number, source = v4.source, target = v4.target): Frame =>
    decode(
      encodeIpv4(encodeTcp(new Uint8Array(0), { sourcePort: a, targetPort: b, sequence: 0, flags: 0 }), { source, target, protocol: 6 }),
      101,
    )

  it('is the same for both directions', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(65_535), (a, b) => {
        expect(conversationHash(between(a, b))).toBe(conversationHash(between(b, a, v4.target, v4.source)))
      }),
    )
  })

  it('gets its share of conversations that differ in one port, and of those on the loopback', () => {
    const counts = new Array(16).fill(0)
    for (let port = 0; port < 16_000; port++) counts[laneOf(between(port, 80, '127.0.0.1', '127.0.0.1'), 16)]++
    expect(Math.min(...counts)).toBeGreaterThan(850)
    expect(Math.max(...counts)).toBeLessThan(1150)
  })

  it('gets all fragments of a datagram, and that of its conversation, in any order', () => {
    fc.assert(
      fc.property(cuts, fc.boolean(), (places, backwards) => {
        const lanes: number[] = []
        const splitter = new LaneSplitter(1000, (lane) => lanes.push(lane))
        const parts = pieces(places, 5)
        if (backwards) parts.reverse()
        for (const part of [...parts, encodeIpv4(datagram, { ...v4, protocol: 17 })])
          splitter.packet(part, 0, part.length, part.length, micros(1), 101, 0)
        splitter.flush()
        expect(lanes).toEqual(new Array(parts.length + 1).fill(lanes[0]))
      }),
    )
  })

  it.each(['inside', 'outside'])('gets all fragments of a datagram in a tunnel, those %s of it', (where) => {
    const tunnel = (packet: Uint8Array) => encodeGre(packet, { type: 0x0800 })
    const ends = { source: '198.51.100.1', target: '198.51.100.2', protocol: 47 }
    const wholeOne = encodeIpv4(datagram, { ...v4, protocol: 17 })
    const carried = tunnel(wholeOne)
    const outside = [
      [0, 64],
      [64, carried.length],
    ].map(([from, to]) => encodeIpv4(carried.subarray(from, to), { ...ends, ident: 9, fragment: from, moreFragments: to < carried.length }))
    const inside = pieces([4, 7], 5).map((piece) => encodeIpv4(tunnel(piece), ends))
    const parts = where === 'inside' ? inside : outside
    for (const order of [parts, parts.toReversed()]) {
      const lanes: number[] = []
      const splitter = new LaneSplitter(1000, (lane) => lanes.push(lane))
      for (const part of [...order, wholeOne]) splitter.packet(part, 0, part.length, part.length, micros(1), 101, 0)
      splitter.flush()
      expect(lanes).toEqual(new Array(parts.length + 1).fill(lanes[0]))
    }
  })

  it('keeps a fragment that waits while the capture writes the next one over it', () => {
    const taken: Uint8Array[] = []
    const splitter = new LaneSplitter(8, (_, { bytes, start, end }) => taken.push(Uint8Array.from(bytes.subarray(start, end))))
    const [first, last] = pieces([4], 5)
    const packet = Buffer.alloc(2048)
    for (const part of [last, first]) {
      packet.set(part)
      splitter.packet(packet, 0, part.length, part.length, micros(1), 101, 0)
    }
    expect(taken).toEqual([first, last])
  })

  it('hands over fragments whose first one never comes', () => {
    const lanes: number[] = []
    const splitter = new LaneSplitter(8, (lane) => lanes.push(lane), { wait: 10 })
    const send = (bytes: Uint8Array, at: number): void => splitter.packet(bytes, 0, bytes.length, bytes.length, micros(at), 101, 0)
    send(pieces([4], 1)[1], 0)
    expect(lanes.length).toBe(0)
    send(ip, 100)
    expect(lanes.length).toBe(2)
  })
})
