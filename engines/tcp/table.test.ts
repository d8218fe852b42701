import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLinear } from '../linear.case.ts'
import { encodeEthernet } from '../packet/ethernet.ts'
import { FIN, RST, SYN, URG } from '../packet/frame.ts'
import { encodeIcmp } from '../packet/icmp.ts'
import { encodeIpv4 } from '../packet/ipv4.ts'
import { micros } from '../time.ts'
import type { Side } from './facts.ts'
import { keyOf, TcpTable } from './table.ts'
import { conversation, feed, handshake, type Packet, Script, segment, T0 } from './talk.case.ts'

const factsOf = (packets: Packet[], flush = true): string[] => {
  const script = new Script()
  const table = new TcpTable(script)
  feed(table, packets)
  if (flush) table.flush()
  return script.facts
}

const late = 200e3

const CASES: [string, Packet[], string[]][] = [
  [
    'a whole conversation',
    conversation([
      { side: 0, data: 'ask' },
      { side: 1, data: 'answer' },
    ]),
    ['open syn', 'c:ask', 's:answer', 'c.', 's.', 'close closed'],
  ],
  ['a refused one', [segment(0, { flags: SYN }), segment(1, { flags: RST, ack: 0, at: 5 })], ['open syn', 'c.', 's.', 'close reset']],
  ['nobody answers', [segment(0, { flags: SYN }), segment(0, { flags: SYN, at: 1e6 })], ['open syn', 'close ended']],
  ['the answer to a SYN that was overtaken', [handshake()[1], handshake()[0], handshake()[2]], ['open syn', 'close ended']],
  [
    'both open at the same time',
    [
      segment(0, { flags: SYN }),
      segment(1, { flags: SYN, at: 1 }),
      segment(0, { flags: SYN, ack: 0, at: 2 }),
      segment(1, { flags: SYN, ack: 0, at: 3 }),
      segment(1, { ack: 0, data: 'x', at: 4 }),
    ],
    ['open syn', 's:x', 'close ended'],
  ],
  [
    'data in the SYN',
    [
      segment(0, { flags: SYN, data: 'early' }),
      segment(1, { flags: SYN, ack: 5, at: 1 }),
      segment(0, { from: 5, ack: 0, data: ' late', at: 2 }),
    ],
    ['open syn', 'c:early late', 'close ended'],
  ],
  [
    'begun in the middle, a request',
    [segment(0, { from: 100, ack: 50, data: 'GET / HTTP/1.1' }), segment(1, { from: 50, ack: 114, data: 'yes', at: 9 })],
    ['open data', 'c?0 before capture', 'c:GET / HTTP/1.1', 's?0 before capture', 's:yes', 'close ended'],
  ],
  [
    'begun in the middle, a response',
    [segment(1, { from: 50, ack: 100, data: 'HTTP/1.1 200 OK' })],
    ['open data', 's?0 before capture', 's:HTTP/1.1 200 OK', 'close ended'],
  ],
  [
    'begun in the middle, unknown data from the server',
    [segment(1, { from: 50, ack: 100, data: '?' })],
    ['open port', 's?0 before capture', 's:?', 'close ended'],
  ],
  [
    'begun in the middle with an overtaken segment',
    [segment(0, { from: 3, ack: 0, data: 'lo' }), segment(0, { from: 0, ack: 0, data: 'hel', at: 5 })],
    ['open port', 'c?0 before capture', 'c:hello', 'close ended'],
  ],
  [
    'one direction only',
    [
      segment(1, { ack: 0, data: 'HTTP/1.1 1' }),
      segment(1, { from: 10, ack: 300, data: 'HTTP/1.1 2', at: 10 }),
      segment(1, { from: 20, ack: 300, data: '!', at: late }),
    ],
    ['open data', 's?0 before capture', 's:HTTP/1.1 1', 'c?0 before capture', 'c?300 before capture', 's:HTTP/1.1 2!', 'close ended'],
  ],
  [
    'a keep-alive probe',
    [
      ...handshake(),
      segment(0, { ack: 0, data: 'a', at: 30 }),
      segment(0, { from: 0, ack: 0, at: 40 }),
      segment(0, { from: 0, ack: 0, data: '\0', at: 50 }),
      segment(1, { ack: 1, data: 'b', at: 60 }),
    ],
    ['open syn', 'c:a', 's:b', 'close ended'],
  ],
  [
    'half close',
    [
      ...handshake(),
      segment(0, { ack: 0, data: 'q', flags: FIN, at: 30 }),
      segment(1, { ack: 2, data: 'more', at: 40 }),
      segment(1, { from: 4, ack: 2, flags: FIN, at: 50 }),
      segment(0, { from: 2, ack: 5, at: 60 }),
    ],
    ['open syn', 'c:q', 'c.', 's:more', 's.', 'close closed'],
  ],
  [
    'reset in the middle',
    [...handshake(), segment(0, { ack: 0, data: 'q', at: 30 }), segment(1, { flags: RST, ack: 1, at: 40 })],
    ['open syn', 'c:q', 'c.', 's.', 'close reset'],
  ],
  [
    'data that a reset overtook',
    [...handshake(), segment(1, { from: 2, flags: RST, ack: 0, at: 40 }), segment(1, { ack: 0, data: 'ok', at: 45 })],
    ['open syn', 's:ok', 'c.', 's.', 'close reset'],
  ],
  [
    'the same ports again',
    [
      ...handshake(),
      segment(0, { ack: 0, data: 'one', at: 30 }),
      ...handshake(1e6, 777_777),
      segment(0, { ack: 0, data: 'two', at: 1e6 + 30, era: 777_777 }),
    ],
    ['open syn', 'c:one', 'close ended', 'open syn', 'c:two', 'close ended'],
  ],
  [
    'the first data win',
    [...handshake(), segment(0, { from: 2, ack: 0, data: 'CD', at: 30 }), segment(0, { from: 0, ack: 0, data: 'abxxef', at: 40 })],
    ['open syn', 'c:abCDef', 'close ended'],
  ],
  [
    'cut by the snap length',
    [...handshake(), segment(0, { ack: 0, data: 'abcdef', snap: 2, at: 30 }), segment(0, { from: 6, ack: 0, data: 'g', at: 40 })],
    ['open syn', 'c:ab', 'c?4 cut by snap length', 'c:g', 'close ended'],
  ],
  [
    'a request that its response overtook',
    [...handshake(), segment(1, { ack: 3, data: 'answer', at: 30 }), segment(0, { ack: 0, data: 'ask', at: 35 })],
    ['open syn', 'c:ask', 's:answer', 'close ended'],
  ],
  [
    'a lost request',
    [...handshake(), segment(1, { ack: 3, data: 'answer', at: 30 }), segment(1, { from: 6, ack: 3, data: '!', at: late })],
    ['open syn', 'c?3 not captured', 's:answer!', 'close ended'],
  ],
  [
    'a segment that nobody acknowledged',
    [...handshake(), segment(0, { from: 3, ack: 0, data: 'b', at: 30 }), segment(0, { from: 0, ack: 0, data: 'aaa', at: 3e6 })],
    ['open syn', 'c:aaab', 'close ended'],
  ],
  [
    'a gap at the end of the capture',
    [...handshake(), segment(0, { from: 3, ack: 0, data: 'b', at: 30 })],
    ['open syn', 'c?3 after capture', 'c:b', 'close ended'],
  ],
  [
    'a FIN that nobody saw',
    [
      ...handshake(),
      segment(1, { ack: 1, data: 'bye', flags: FIN, at: 30 }),
      segment(0, { from: 1, ack: 4, at: 40 }),
      segment(0, { from: 1, ack: 4, at: late }),
    ],
    ['open syn', 'c.', 's:bye', 's.', 'close closed'],
  ],
]

describe('a table of connections', () => {
  for (const [name, packets, facts] of CASES) it(`knows ${name}`, () => expect(factsOf(packets)).toEqual(facts))

  it('tells a retransmission from a packet captured twice', () => {
    const script = new Script()
    const table = new TcpTable(script)
    const first = segment(0, { ack: 0, data: 'abc', at: 30, ident: 7 })
    feed(table, [...handshake(), first, first, segment(0, { ack: 0, data: 'abc', at: 40, ident: 8 })])
    expect(script.connections[0].sides[0]).toMatchObject({ bytes: 3, retransmissions: 1, retransmittedBytes: 3 })
  })

  const sidesAfter = (packets: Packet[]): Script['connections'][number] => {
    const script = new Script()
    const table = new TcpTable(script)
    feed(table, packets)
    table.flush()
    return script.connections[0]
  }

  it('knows the quickest round trip of each side, and does not time what was sent twice', () => {
    const { sides } = sidesAfter([
      ...handshake(),
      segment(0, { ack: 0, data: 'abc', at: 100 }),
      segment(1, { ack: 3, data: 'x', at: 104 }),
      segment(0, { from: 3, ack: 1, at: 110 }),
    ])
    expect(sides.map((side) => side.minimumRoundTrip)).toEqual([6, 4])
    const again = sidesAfter([
      ...handshake(),
      segment(0, { ack: 0, data: 'abc', at: 100, ident: 1 }),
      segment(0, { ack: 0, data: 'abc', at: 200, ident: 2 }),
      segment(1, { ack: 3, at: 201 }),
    ])
    expect(again.sides[1].minimumRoundTrip).toBe(10)
  })

  it('counts closed windows, keep-alives and urgent data', () => {
    const { sides } = sidesAfter([
      ...handshake(),
      segment(0, { ack: 0, data: 'abc', at: 30, flags: URG }),
      segment(1, { ack: 3, at: 40, window: 0 }),
      segment(0, { from: 2, ack: 0, at: 50 }),
      segment(1, { ack: 3, at: 60, window: 0 }),
      segment(1, { ack: 3, at: 90, window: 9 }),
      segment(1, { ack: 3, at: 95, window: 0 }),
      segment(1, { ack: 3, at: 100 }),
    ])
    expect(sides[1]).toMatchObject({ windowStalls: 2, windowStallTime: 55 })
    expect(sides[0]).toMatchObject({ keepAlives: 1, urgent: 1 })
  })

  it('notes bytes that came again and were not the same', () => {
    const { sides } = sidesAfter([
      ...handshake(),
      segment(0, { from: 2, ack: 0, data: 'CD', at: 30 }),
      segment(0, { from: 0, ack: 0, data: 'abxDef', at: 40 }),
    ])
    expect(sides[0].differentBytes).toBe(1)
  })

  it('knows who closed it, and how', () => {
    const fin = (side: Side, ack: number, at: number): Packet => segment(side, { ack, flags: FIN, at })
    const last = [segment(0, { from: 1, ack: 1, at: 60 }), segment(1, { from: 1, ack: 1, at: 61 })]
    const cases: [Packet[], unknown][] = [
      [
        [fin(1, 0, 40), fin(0, 1, 50), ...last],
        ['server', 'fin'],
      ],
      [
        [fin(0, 0, 40), fin(1, 0, 50), ...last],
        ['both', 'fin'],
      ],
      [[segment(0, { ack: 0, flags: RST, at: 40 })], ['client', 'reset']],
      [[], [undefined, undefined]],
    ]
    for (const [packets, expected] of cases) {
      const { closedBy, closedHow } = sidesAfter([...handshake(), ...packets])
      expect([closedBy, closedHow]).toEqual(expected)
    }
  })

  it('joins ICMP errors to the connection whose packet they quote', () => {
    const sent = segment(0, { ack: 0, data: 'abcdefgh', at: 30 })
    const head = sent.bytes.subarray(14, 14 + 28)
    const error = (type: number, code: number): Packet => {
      const bytes = encodeEthernet(
        encodeIpv4(encodeIcmp(head, type, code), { source: '10.9.9.9', target: '10.0.0.1', protocol: 1 }),
        0x0800,
      )
      return { bytes, originalLength: bytes.length, at: T0 + 50 }
    }
    const errors = [error(3, 1), error(3, 4), error(11, 0), error(11, 0), error(8, 0)]
    expect(factsOf([...handshake(), sent, ...errors]).filter((fact) => fact === 'icmp')).toHaveLength(4)
    const { icmp } = sidesAfter([...handshake(), sent, ...errors])
    expect(icmp).toEqual({ unreachable: 1, tooBig: 1, timeExceeded: 2, other: 0 })
  })

  it('counts damaged packets, but not those whose checksum the network card was to fill in', () => {
    const damaged = segment(0, { flags: SYN })
    damaged.bytes[14 + 20 + 16] = 0x55
    expect(sidesAfter([damaged]).sides[0].checksumErrors).toBe(1)
    expect(sidesAfter(handshake()).sides[0].checksumErrors).toBeUndefined()
  })

  it('takes tiny segments in the worst order in bounded memory and time', () => {
    expectLinear((segments) => {
      const table = new TcpTable(new Script())
      feed(table, handshake())
      for (let from = segments; from > 0; from--) feed(table, [segment(0, { from: from * 2, ack: 0, data: 'x', at: 30 })])
      expect(table.queuedBytes).toBeLessThan(5e6)
    }, 60_000)
  })

  it('gives the reason that is in force', () => {
    const script = new Script()
    const table = new TcpTable(script)
    feed(table, handshake())
    table.lossReason = 'dropped by kernel'
    feed(table, [segment(1, { ack: 3, data: 'x', at: 30 }), segment(1, { from: 1, ack: 3, data: 'y', at: late })])
    expect(script.facts).toEqual(['open syn', 'c?3 dropped by kernel', 's:xy'])
  })

  it('lets idle connections go, and the oldest when there are too many', () => {
    const script = new Script()
    const table = new TcpTable(script, { connections: 1 })
    feed(table, handshake())
    table.tick(micros(T0 + 601e6))
    expect(script.facts).toEqual(['open syn', 'close idle'])
    expect(table.size).toBe(0)
  })

  it('has one id for a connection, however its packets came, and both initial sequence numbers as its peer key', () => {
    const ids = [handshake(), [handshake()[1], handshake()[0]]].map((packets) => {
      const script = new Script()
      feed(new TcpTable(script), packets)
      return script.connections[0]
    })
    expect(ids[0].id).toMatch(/^[0-9a-f]{32}$/)
    expect(ids[1].id).toBe(ids[0].id)
    expect(ids[0].peerKey).toBe('fffffff000001388')
    expect(ids[0]).toMatchObject({ client: { ip: '10.0.0.1', port: 40_000 }, server: { ip: '10.0.0.2', port: 80 }, handshake: 20 })
  })
})

const pieces = fc.array(
  fc.record({ side: fc.constantFrom<Side>(0, 1), data: fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('a', 'b', 'c') }) }),
  { maxLength: 12 },
)

/** Orders between the two sides may differ, what each side said may not. */
const perSide = (facts: string[]): string[] =>
  ['c', 's'].map((side) =>
    facts
      .filter((fact) => fact.startsWith(`${side}:`))
      .map((fact) => fact.slice(2))
      .join(''),
  )

/** What each side said, a question mark for each byte that is missing. */
const streamsOf = (facts: string[]): string[] =>
  ['c', 's'].map((side) =>
    facts
      .filter((fact) => fact.startsWith(`${side}:`) || fact.startsWith(`${side}?`))
      .map((fact) => (fact[1] === ':' ? fact.slice(2) : '?'.repeat(Number.parseInt(fact.slice(2), 10))))
      .join(''),
  )

describe('properties', () => {
  it('tells the same when packets are reordered, repeated and split', () => {
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.record({ at: fc.nat(), back: fc.integer({ min: 1, max: 4 }) }), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 4 }),
        (said, moves, copies) => {
          const packets = conversation(said)
          const whole = factsOf(packets)
          const data = packets.slice(3)
          for (const { at, back } of moves) {
            const from = at % data.length
            const [moved] = data.splice(from, 1)
            data.splice(Math.max(0, from - back), 0, moved)
          }
          for (const copy of copies) data.splice(copy % data.length, 0, data[(copy * 7) % data.length])
          const disturbed = factsOf([...packets.slice(0, 3), ...data])
          expect(perSide(disturbed)).toEqual(perSide(whole))
          expect(disturbed.filter((fact) => fact.includes('?'))).toEqual([])
          expect(disturbed.at(-1)).toBe('close closed')
        },
      ),
    )
  })

  it('says what is missing when any one packet is, and all else as without', () => {
    fc.assert(
      fc.property(pieces, fc.nat(), (said, nat) => {
        const packets = conversation(said)
        const lost = nat % packets.length
        const script = new Script()
        const table = new TcpTable(script)
        feed(table, packets.toSpliced(lost, 1))
        table.flush()
        // Data begin after the handshake; FINs and the last acknowledgement are behind them.
        const piece = said[lost - 3]
        const expected = [0, 1].map((side) =>
          said.map((each) => (each.side !== side ? '' : each === piece ? '?'.repeat(each.data.length) : each.data)).join(''),
        )
        expect(streamsOf(script.facts)).toEqual(expected)
        const [{ sides }] = script.connections
        for (const side of [0, 1] as const) {
          const missing = piece?.side === side ? piece.data.length : 0
          expect(sides[side]).toMatchObject({
            gaps: missing > 0 ? 1 : 0,
            missingBytes: missing,
            bytes: expected[side].length,
            retransmissions: 0,
          })
        }
        expect(sides[0].packets + sides[1].packets).toBe(packets.length - 1)
        expect(script.facts.filter((fact) => fact.startsWith('close'))).toHaveLength(1)
      }),
      { numRuns: 300 },
    )
  })

  it('goes on from saved state after any packet', () => {
    fc.assert(
      fc.property(pieces, fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 4 }), fc.nat(), (said, swaps, lost) => {
        const packets = conversation(said)
        for (const [a, b] of swaps)
          [packets[a % packets.length], packets[b % packets.length]] = [packets[b % packets.length], packets[a % packets.length]]
        packets.splice(lost % packets.length, 1)
        const whole = factsOf(packets)
        const script = new Script()
        let table = new TcpTable(script, { tracked: true })
        const store = new Map<string, ReturnType<TcpTable['saveChanged']>['changed'][number]>()
        for (const packet of packets) {
          feed(table, [packet])
          const { changed, removed } = table.saveChanged()
          for (const saved of changed) store.set(saved.key, structuredClone(saved))
          for (const key of removed) store.delete(key)
          table = new TcpTable(script, { tracked: true })
          for (const saved of [...store.values()].sort((a, b) => a.touched - b.touched)) expect(keyOf(table.load(saved))).toBe(saved.key)
        }
        table.flush()
        expect(script.facts).toEqual(whole)
      }),
    )
  })

  it('never throws, and keeps within its bounds', () => {
    const hostile = fc.record({
      side: fc.constantFrom<Side>(0, 1),
      from: fc.oneof(fc.integer({ min: -40, max: 40 }), fc.nat(0xffffffff)),
      ack: fc.oneof(fc.constant(undefined), fc.nat(60), fc.nat(0xffffffff)),
      flags: fc.nat(63),
      data: fc.string({ maxLength: 30 }),
      at: fc.nat(5e6),
    })
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 60 }), (packets) => {
        const table = new TcpTable(new Script(), { totalBytes: 200, unacknowledgedBytes: 100, acknowledgedBytes: 50 })
        feed(
          table,
          packets.map(({ side, ...fields }) => segment(side, fields)),
        )
        expect(table.queuedBytes).toBeLessThan(1000)
        table.flush()
        expect(table.queuedBytes).toBe(0)
        expect(table.size).toBe(0)
      }),
      { numRuns: 300 },
    )
  })
})
