import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { encodeErspan } from '#engines/packet/erspan.ts'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { ACK, FIN, SYN } from '#engines/packet/frame.ts'
import { encodeGre } from '#engines/packet/gre.ts'
import { encodeGtp } from '#engines/packet/gtp.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeMpls } from '#engines/packet/mpls.ts'
import { encodePppoe } from '#engines/packet/ppp.ts'
import { encodeUdp } from '#engines/packet/udp.ts'
import { encodeGeneve, encodeVxlan } from '#engines/packet/vxlan.ts'
import { corpusBytes, corpusFiles, hasCorpus } from '#engines/pcap/corpus.case.ts'
import { type Packet as Built, conversation, handshake, segment } from '#engines/tcp/talk.case.ts'
import { micros } from '#engines/time.ts'
import type { SessionPacket } from '#events/documents/session-packet.ts'
import { carried, readCapture } from './carried.ts'
import { follow } from './follow.ts'
import { layersOf } from './layers.ts'
import { spread, transmission } from './transmission.ts'

const CLIENT = { ip: '10.0.0.1', port: 40_000 }
const SERVER = { ip: '10.0.0.2', port: 80 }
const text = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

/** `c:said`, and `c?3:said` where bytes are missing in front. */
const followed = (packets: Built[]): string =>
  follow(
    carried(
      packets.map(({ bytes, originalLength, at }) => ({ bytes, originalLength, time: at, linkType: 1 })),
      CLIENT,
      SERVER,
    ),
  )
    .map(({ side, bytes, missing, offset }) => `${side[0]}${offset}${missing ? `?${missing}` : ''}:${text(bytes)}`)
    .join(' ')

describe('following a stream', () => {
  it.each([
    [
      'a talk',
      conversation([
        { side: 0, data: 'ask' },
        { side: 1, data: 'answer' },
        { side: 0, data: 'more' },
      ]),
      'c0:ask s0:answer c3:more',
    ],
    [
      'pieces of one side',
      conversation([
        { side: 0, data: 'a' },
        { side: 0, data: 'b' },
        { side: 1, data: 'c' },
      ]),
      'c0:ab s0:c',
    ],
    [
      'what is sent again',
      [...handshake(), segment(0, { data: 'ab', ack: 0 }), segment(0, { data: 'abc', ack: 0 }), segment(0, { data: 'ab', ack: 0 })],
      'c0:abc',
    ],
    ['what comes early', [...handshake(), segment(0, { from: 2, data: 'cd', ack: 0 }), segment(0, { data: 'ab', ack: 0 })], 'c0:abcd'],
    ['what never came', [...handshake(), segment(0, { data: 'ab', ack: 0 }), segment(0, { from: 5, data: 'fg', ack: 0 })], 'c0:ab c5?3:fg'],
    [
      'what was cut',
      [...handshake(), segment(1, { data: 'abcdef', ack: 0, snap: 2 }), segment(1, { from: 6, data: 'g', ack: 0 })],
      's0:ab s6?4:g',
    ],
    ['a beginning that was not captured', [segment(1, { from: 100, data: 'x', ack: 0 })], 's0:x'],
  ])('%s', (_, packets, told) => expect(followed(packets)).toBe(told))
})

/** Packets as the server lists them, from those built. */
const listed = (packets: Built[]): SessionPacket[] => {
  const decoder = new PacketDecoder()
  const first: { client?: number; server?: number } = {}
  return packets.map(({ bytes, originalLength, at }, i) => {
    const frame = decoder.decode(bytes, 0, bytes.length, originalLength, micros(at), 1, 0)
    const side = frame.sourcePort === 80 ? ('server' as const) : ('client' as const)
    first[side] ??= frame.sequence
    const other = first[side === 'client' ? 'server' : 'client']
    const flags = [
      [SYN, 'SYN'],
      [FIN, 'FIN'],
      [ACK, 'ACK'],
    ] as const
    return {
      number: i + 1,
      time: at,
      side,
      sequence: (frame.sequence - first[side]) >>> 0,
      acknowledgement: frame.flags & ACK && other !== undefined ? (frame.acknowledgement - other) >>> 0 : 0,
      flags: flags
        .filter(([bit]) => frame.flags & bit)
        .map(([, name]) => name)
        .join(),
      length: frame.payloadLength,
      window: frame.window,
      captured: bytes.length,
      block: 'b',
    }
  })
}

describe('how a transmission went', () => {
  const at = (data: string, from: number, time: number, more = {}) => segment(0, { data, from, ack: 0, at: time, ...more })
  it.each([
    [
      'a talk',
      conversation([
        { side: 0, data: 'ask' },
        { side: 1, data: 'answer' },
      ]),
      [],
    ],
    ['sent again', [...handshake(), at('ab', 0, 30), at('ab', 0, 60)], ['4 again']],
    ['a gap that is filled', [...handshake(), at('cd', 2, 30), at('ab', 0, 60)], ['3 gap', '4 out of order']],
    [
      'a window that closes',
      [...handshake(), at('ab', 0, 30), segment(1, { ack: 2, at: 40, window: 0 }), segment(1, { ack: 2, at: 90, window: 10 })],
      ['4 zero window'],
    ],
    [
      'asking whether the other is there',
      [...handshake(), at('ab', 0, 30), segment(1, { ack: 2, at: 40 }), at('b', 1, 5_000)],
      ['5 keep-alive'],
    ],
  ])('%s', (_, packets, marks) => expect([...transmission(listed(packets)).marks].map(([i, mark]) => `${i} ${mark}`)).toEqual(marks))

  it('measures round trips, of what was sent once', () => {
    const { roundTrips } = transmission(
      listed([...handshake(), at('ab', 0, 30), at('ab', 0, 60), at('cd', 2, 70), segment(1, { ack: 4, at: 95 })]),
    )
    expect(roundTrips).toEqual([{ time: expect.any(Number), side: 'client', micros: 25 }])
  })
  it('measures stalls', () => {
    const { stalls } = transmission(
      listed([...handshake(), segment(1, { ack: 0, at: 40, window: 0 }), segment(1, { ack: 0, at: 90, window: 9 })]),
    )
    expect(stalls.map(({ side, from, to }) => [side, to - from])).toEqual([['server', 50]])
  })
  it('spreads', () => expect([spread([3, 1, 9]), spread([])]).toEqual([{ least: 1, median: 3, greatest: 9 }, undefined]))
})

describe('layers', () => {
  it('of a segment', () => {
    const { bytes } = segment(0, { data: 'hello', ack: 7, flags: FIN })
    const layers = layersOf(bytes, 1)
    expect(layers.map(({ name, from, to }) => `${name} ${from}-${to}`)).toEqual([
      'Ethernet 0-14',
      'Internet Protocol 4 14-34',
      'Transmission Control Protocol 34-54',
      'Payload 54-59',
      'Trailer 59-60',
    ])
    const field = (layer: number, name: string) => layers[layer].fields.find((each) => each.name === name)
    expect(field(1, 'Source')).toEqual({ name: 'Source', value: '10.0.0.1', from: 26, to: 30 })
    expect(field(2, 'Flags')).toEqual({ name: 'Flags', value: '0x11 ACK FIN', from: 47, to: 48 })
    expect(field(2, 'Destination port')).toMatchObject({ value: '80', from: 36, to: 38 })
  })

  /** An IPv4 packet of TCP, and Ethernet frames, IP packets and datagrams around something. */
  const inner = encodeIpv4(segment(0, { data: 'hello', ack: 7 }).bytes.subarray(34, 59), {
    source: '10.1.0.1',
    target: '10.1.0.2',
    protocol: 6,
  })
  const ip = (protocol: number, bytes: Uint8Array) => encodeIpv4(bytes, { source: '192.0.2.1', target: '192.0.2.2', protocol })
  const framed = (bytes: Uint8Array, type = 0x0800) => encodeEthernet(bytes, type)
  const on = (port: number, bytes: Uint8Array) => framed(ip(17, encodeUdp(bytes, 5000, port)))
  const short: Record<string, string> = {
    'Internet Protocol 4': 'IP',
    'Transmission Control Protocol': 'TCP',
    'User Datagram Protocol': 'UDP',
  }

  it.each<[string, Uint8Array, string]>([
    ['VXLAN', on(4789, encodeVxlan(framed(inner), 7)), 'Ethernet 14, IP 20, UDP 8, VXLAN 8, Ethernet 14, IP 20, TCP 20, Payload 5'],
    [
      'Geneve',
      on(6081, encodeGeneve(inner, 7, 0x0800, new Uint8Array(4))),
      'Ethernet 14, IP 20, UDP 8, Geneve 12, IP 20, TCP 20, Payload 5',
    ],
    ['GTP', on(2152, encodeGtp(inner, 9)), 'Ethernet 14, IP 20, UDP 8, GTP user plane 8, IP 20, TCP 20, Payload 5'],
    [
      'GRE',
      framed(ip(47, encodeGre(inner, { type: 0x0800, key: 1 }))),
      'Ethernet 14, IP 20, Generic Routing Encapsulation 8, IP 20, TCP 20, Payload 5',
    ],
    [
      'ERSPAN',
      framed(ip(47, encodeGre(encodeErspan(framed(inner), 2), { type: 0x88be, sequence: 1 }))),
      'Ethernet 14, IP 20, Generic Routing Encapsulation 8, ERSPAN 8, Ethernet 14, IP 20, TCP 20, Payload 5',
    ],
    ['IP in IP', framed(ip(4, inner)), 'Ethernet 14, IP 20, IP 20, TCP 20, Payload 5'],
    ['MPLS', framed(encodeMpls(inner, [16, 17]), 0x8847), 'Ethernet 14, MPLS 8, IP 20, TCP 20, Payload 5'],
    [
      'PPPoE',
      framed(encodePppoe(inner, 0x21), 0x8864),
      'Ethernet 14, PPP over Ethernet 6, Point-to-Point Protocol 2, IP 20, TCP 20, Payload 5',
    ],
    ['another protocol on the port of a tunnel', on(4789, new Uint8Array(30)), 'Ethernet 14, IP 20, UDP 8, Payload 30'],
  ])('within %s are shown each', (_, bytes, told) => {
    const layers = layersOf(bytes, 1).filter(({ name }) => name !== 'Trailer')
    expect(layers.map(({ name, from, to }) => `${short[name] ?? name} ${to - from}`).join(', ')).toBe(told)
    for (const [i, { from }] of layers.entries()) expect(from).toBe(i === 0 ? 0 : layers[i - 1].to)
    inBounds(bytes, 1)
    for (let end = 0; end < bytes.length; end++) inBounds(bytes.subarray(0, end), 1)
  })

  it('of a tunnel have its fields', () => {
    const fields = layersOf(on(4789, encodeVxlan(framed(inner), 7)), 1)[3].fields
    expect(fields).toContainEqual({ name: 'Network', value: '7', from: 46, to: 49 })
    const [gre] = layersOf(framed(ip(47, encodeGre(inner, { type: 0x0800, key: 5, sequence: 9 }))), 1).slice(2)
    expect(gre.fields.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'Flags key sequence',
      'Version 0',
      'Protocol 0x0800 (IPv4)',
      'Key 5',
      'Sequence 9',
    ])
  })

  const inBounds = (bytes: Uint8Array, linkType: number): void => {
    for (const { from, to, fields } of layersOf(bytes, linkType))
      for (const part of [{ from, to }, ...fields])
        if (part.from < 0 || part.to < part.from || part.to > bytes.length) throw new Error(`${part.from}-${part.to} of ${bytes.length}`)
  }
  it('of anything stay within the packet', () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), fc.constantFrom(0, 1, 12, 101, 108, 113, 228, 229, 276), inBounds)))
  it('of what is cut anywhere stay within it', () => {
    const { bytes } = segment(0, { data: 'hello', ack: 7 })
    for (let end = 0; end <= bytes.length; end++) inBounds(bytes.subarray(0, end), 1)
  })

  it.skipIf(!hasCorpus)('agree with the decoder on real captures', () => {
    const decoder = new PacketDecoder()
    let [compared, tunnels] = [0, 0]
    for (const path of corpusFiles('files')
      .filter((name) => /\.p?cap(ng)?(\.gz)?$/.test(name))
      .slice(0, 60))
      for (const { bytes, originalLength, linkType, time } of readCapture(corpusBytes(path)).slice(0, 300)) {
        inBounds(bytes, linkType)
        const frame = decoder.decode(bytes, 0, bytes.length, originalLength, micros(time), linkType, 0)
        const layer = layersOf(bytes, linkType).findLast(({ name }) => name === 'Transmission Control Protocol')
        if (!layer || !frame.isTcp) continue
        if (frame.tunnels > 0) tunnels++
        const field = (name: string) => Number(layer.fields.find((each) => each.name === name)?.value)
        expect([path, field('Source port'), field('Destination port'), field('Sequence number'), layer.to]).toEqual([
          path,
          frame.sourcePort,
          frame.targetPort,
          frame.sequence >>> 0,
          frame.payload,
        ])
        compared++
      }
    expect(compared).toBeGreaterThan(100)
    expect(tunnels).toBeGreaterThan(0)
  })
})
