import { describe, expect, it } from 'vitest'
import { SYN } from '../packet/frame.ts'
import type { Connection } from './facts.ts'
import { TcpTable } from './table.ts'
import { type Fields, feed, handshake, type Packet, Script, sack, scale, segment, stamps } from './talk.case.ts'

/** The facts that are told while these packets come, the state saved and loaded before each; and the connection then. */
const played = (packets: Packet[], change: (saved: ReturnType<TcpTable['save']>) => void = () => undefined) => {
  const script = new Script()
  let table = new TcpTable(script)
  let connection: Connection | undefined
  for (const packet of packets) {
    const saved = structuredClone(table.save())
    table = new TcpTable(script)
    change(saved)
    for (const each of saved) connection = table.load(each)
    feed(table, [packet])
  }
  if (!connection) throw new Error('no packet')
  return { facts: script.facts, sides: connection.sides, table }
}

const scaled = (client: number[][], server: number[][]): Packet[] => [
  segment(0, { flags: SYN, options: client }),
  segment(1, { flags: SYN, ack: 0, at: 10, options: server }),
  segment(0, { ack: 0, at: 20 }),
]

describe('full windows', () => {
  const talk = (opening: Packet[]): Packet[] => [
    ...opening,
    segment(1, { ack: 0, window: 4, at: 30 }),
    segment(0, { ack: 0, data: '12345678', at: 40, ident: 1 }),
    segment(0, { from: 4, ack: 0, data: '5678', at: 45, ident: 2 }),
    segment(1, { ack: 8, window: 0, at: 50 }),
    segment(1, { ack: 8, window: 4, at: 70 }),
  ]

  it('are counted where both sides scale them, until there is room again', () => {
    const { sides } = played(talk(scaled([scale(7)], [scale(1)])))
    expect(sides[1]).toMatchObject({ fullWindows: 1, fullWindowTime: 30, windowStalls: 1, windowStallTime: 20 })
  })

  it('are not scaled where one side does not offer it', () => {
    expect(played(talk(scaled([scale(7)], []))).sides[1].fullWindows).toBe(0)
    expect(played(talk(scaled([], [scale(1)]))).sides[1].fullWindows).toBe(0)
    const unscaled = played([
      ...scaled([scale(7)], []),
      segment(1, { ack: 0, window: 3, at: 30 }),
      segment(0, { ack: 0, data: 'abc', at: 40 }),
    ])
    expect(unscaled.sides[1].fullWindows).toBe(1)
  })

  it('are not told where a SYN was not seen', () => {
    expect(played(talk(scaled([scale(1)], [scale(1)]).slice(1))).sides[1].fullWindows).toBe(0)
  })
})

describe('selective acknowledgements', () => {
  const lost = (fields: Fields): Packet => segment(1, { ack: 3, ...fields })

  it('make a gap in what the receiver has a loss, though others before it were not acknowledged', () => {
    const { facts } = played([
      ...handshake(),
      segment(0, { ack: 0, data: 'abc', at: 30 }),
      segment(0, { from: 6, ack: 0, data: 'ghi', at: 40 }),
      segment(1, { ack: 0, at: 50, options: [sack(0, [3, 9])] }),
      segment(0, { from: 9, ack: 0, data: 'jkl', at: 120e3 }),
    ])
    expect(facts).toEqual(['open syn', 'c:abc', 'c?3 not captured', 'c:ghijkl'])
  })

  const around = (last: Fields): Packet[] => [
    ...handshake(),
    segment(0, { ack: 0, data: 'abc', at: 30, options: [stamps(100, 1)] }),
    segment(0, { from: 6, ack: 0, data: 'ghi', at: 40, options: [stamps(100, 1)] }),
    lost({ at: 50, options: [stamps(7, 100), sack(0, [6, 9])] }),
    lost({ ack: 9, at: 90, options: [stamps(8, 130)] }),
    segment(0, { from: 9, ack: 0, data: 'jkl', at: 95, ...last }),
  ]

  it('make a gap that was filled a loss at once, when what was sent later than that is seen', () => {
    expect(played(around({ options: [stamps(140, 8)] })).facts.at(-1)).toBe('c:ghijkl')
    // Sent at the same time, or not known when: it may have been overtaken.
    expect(played(around({ options: [stamps(130, 8)] })).facts.at(-1)).toBe('c:abc')
    expect(played(around({})).facts.at(-1)).toBe('c:abc')
  })

  it('of what came a second time tell that it was sent again in vain', () => {
    const talk = (...blocks: [number, number][]): Packet[] => [
      ...handshake(),
      segment(0, { ack: 0, data: 'abc', at: 30, ident: 1 }),
      segment(0, { ack: 0, data: 'abc', at: 40, ident: 2 }),
      segment(1, { ack: 3, at: 60, options: [sack(0, ...blocks)] }),
    ]
    const again = (packets: Packet[]) => played(packets).sides[0].spuriousRetransmissions
    expect(again(talk([0, 3]))).toBe(1)
    expect(again(talk([6, 9], [6, 12]))).toBe(1)
    expect(again(talk([6, 9]))).toBe(0)
    expect(again(talk([2, 3]))).toBe(0)
  })
})

describe('time stamps', () => {
  it('time what was sent again, when it is known to be what was answered', () => {
    const talk = (first: number, again: number, echo: number): Packet[] => [
      ...handshake().slice(0, 2),
      segment(0, { ack: 0, at: 5e6 }),
      segment(0, { ack: 0, data: 'abc', at: 6e6, ident: 1 }),
      segment(0, { ack: 0, data: 'abc', at: 6.3e6, ident: 2 }),
      segment(1, { ack: 3, at: 6.4e6 }),
      segment(0, { from: 3, ack: 0, data: 'def', at: 7e6, ident: 3, options: [stamps(first, 1)] }),
      segment(0, { from: 3, ack: 0, data: 'def', at: 8e6, ident: 4, options: [stamps(again, 1)] }),
      segment(1, { ack: 6, at: 8e6 + 3, options: [stamps(1, echo)] }),
    ]
    const roundTrip = (packets: Packet[]) => played(packets).sides[1].minimumRoundTrip
    expect(roundTrip(talk(100, 120, 120))).toBe(3)
    expect(roundTrip(talk(100, 120, 100))).toBe(10)
    expect(roundTrip(talk(100, 100, 100))).toBe(10)
  })

  it('leave out what is of an earlier round of sequence numbers', () => {
    const talk = (old: number): Packet[] => [
      ...handshake(),
      segment(0, { ack: 0, data: 'abc', at: 30, options: [stamps(90_000, 1)] }),
      segment(0, { from: 6, ack: 0, data: 'OLD', at: 40, options: [stamps(old, 1)] }),
      segment(0, { from: 3, ack: 0, data: 'defghi', at: 50, options: [stamps(90_001, 1)] }),
    ]
    const long = (saved: ReturnType<TcpTable['save']>) => {
      for (const each of saved) each.sides[0].bytes ||= 2 ** 32
    }
    const { facts, sides } = played(talk(80_000), long)
    expect(facts.at(-1)).toBe('c:abcdefghi')
    expect(sides[0].oldDuplicates).toBe(1)
    // A little older is overtaken; and where the numbers cannot have come round, none is of an earlier round.
    expect(played(talk(89_500), long).facts.at(-1)).toBe('c:abcdefOLD')
    expect(played(talk(80_000)).facts.at(-1)).toBe('c:abcdefOLD')
  })
})
