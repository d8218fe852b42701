import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1 } from '../bytes/text.ts'
import { PacketDecoder } from '../packet/decode.ts'
import { encodeIcmp } from '../packet/icmp.ts'
import { encodeIpv4 } from '../packet/ipv4.ts'
import { encodeUdp } from '../packet/udp.ts'
import { keyOf } from '../tcp/table.ts'
import { Script } from '../tcp/talk.case.ts'
import { micros } from '../time.ts'
import { UdpTable } from './table.ts'

const RAW_IP = 101
const T0 = 1_700_000_000_000_000

interface Sent {
  from: [string, number]
  to: [string, number]
  data: string
  at?: number
  cut?: number
}

const decoder = new PacketDecoder()
const datagram = ({ from, to, data }: Sent): Uint8Array =>
  encodeIpv4(encodeUdp(fromLatin1(data), from[1], to[1]), { source: from[0], target: to[0], protocol: 17 })

const feed = (table: UdpTable, bytes: Uint8Array, at: number, cut = 0): void =>
  table.packet(decoder.decode(bytes, 0, bytes.length - cut, bytes.length, micros(T0 + at), RAW_IP, 0))

const told = (sent: Sent[]): Script => {
  const script = new Script()
  const table = new UdpTable(script)
  for (const each of sent) feed(table, datagram(each), each.at ?? 0, each.cut)
  table.flush()
  return script
}

const A: [string, number] = ['10.0.0.1', 40_000]
const B: [string, number] = ['10.0.0.2', 9999]
const DNS: [string, number] = ['10.0.0.2', 53]

describe('conversations over UDP', () => {
  it('are told as datagrams of two sides; the first to send is the client', () => {
    const script = told([
      { from: A, to: B, data: 'ask' },
      { from: B, to: A, data: 'answer', at: 5 },
    ])
    expect(script.facts).toEqual(['open data', 'c:ask', 's:answer', 'close ended'])
    expect(script.connections[0]).toMatchObject({ transport: 'udp', peerKey: undefined, client: { port: 40_000 }, server: { port: 9999 } })
  })

  it('have the name server for a server, whoever is heard first', () => {
    const script = told([{ from: DNS, to: A, data: 'answer' }])
    expect(script.facts).toEqual(['open port', 's:answer', 'close ended'])
  })

  it('say what the snap length cut', () => {
    expect(told([{ from: A, to: B, data: 'abcdef', cut: 4 }]).facts).toEqual(['open data', 'c:ab', 'c?4 cut by snap length', 'close ended'])
  })

  it('end with a pause, and are others after it', () => {
    const script = told([
      { from: A, to: B, data: 'one' },
      { from: A, to: B, data: 'two', at: 61e6 },
    ])
    expect(script.facts).toEqual(['open data', 'c:one', 'close idle', 'open data', 'c:two', 'close ended'])
    expect(new Set(script.connections.map(({ id }) => id)).size).toBe(2)
  })

  it('have one id for observers who saw them a little later, or from their answer on', () => {
    const ask: Sent = { from: A, to: B, data: 'ask' }
    const answer: Sent = { from: B, to: A, data: 'answer' }
    const ids = [[ask, answer], [{ ...ask, at: 300 }], [answer]].map((sent) => told(sent).connections[0].id)
    expect(ids).toEqual([ids[0], ids[0], ids[0]])
  })

  it('seen at both sides have one id, and the same datagrams, whatever each clock says', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), fc.integer({ min: 0, max: 900 }), (backs, offset) => {
        const sent = backs.map((back, i): Sent => ({ from: back ? B : A, to: back ? A : B, data: `${i}.`, at: i * 1000 }))
        const [here, there] = [told(sent), told(sent.map((each) => ({ ...each, at: (each.at ?? 0) + offset })))]
        expect(there.connections.map(({ id }) => id)).toEqual(here.connections.map(({ id }) => id))
        expect(there.facts).toEqual(here.facts)
      }),
    )
  })

  it('captured at both sides into one file count each datagram twice, and are one', () => {
    const sent: Sent[] = [0, 1, 2].flatMap((i) => [0, 300].map((later) => ({ from: A, to: B, data: `${i}`, at: i * 1000 + later })))
    const { connections } = told(sent)
    expect(connections.map(({ sides }) => sides[0].packets)).toEqual([6])
  })

  it('know of ICMP errors', () => {
    const script = new Script()
    const table = new UdpTable(script)
    const sent = datagram({ from: A, to: B, data: 'ask' })
    feed(table, sent, 0)
    feed(table, encodeIpv4(encodeIcmp(sent.subarray(0, 28), 3, 3), { source: '10.0.0.2', target: '10.0.0.1', protocol: 1 }), 5)
    expect(script.connections[0].icmp).toMatchObject({ unreachable: 1 })
    expect(script.facts.at(-1)).toBe('icmp')
  })

  it('are bounded in number', () => {
    const table = new UdpTable(new Script(), { conversations: 10 })
    for (let port = 0; port < 1000; port++) feed(table, datagram({ from: ['10.0.0.1', port], to: B, data: 'x' }), port)
    expect(table.size).toBe(10)
  })

  it('go on from saved state after any packet', () => {
    const sent = fc.array(
      fc.record({
        from: fc.constantFrom(A, B, DNS),
        to: fc.constantFrom(A, B, DNS),
        data: fc.string({ maxLength: 4, unit: fc.constantFrom('a', 'b') }),
        at: fc.nat(200e6),
      }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(sent, (packets) => {
        packets.sort((a, b) => a.at - b.at)
        const script = new Script()
        let table = new UdpTable(script, { tracked: true })
        const store = new Map<string, ReturnType<UdpTable['saveChanged']>['changed'][number]>()
        for (const packet of packets) {
          feed(table, datagram(packet), packet.at)
          const { changed, removed } = table.saveChanged()
          for (const saved of changed) store.set(saved.key, structuredClone(saved))
          for (const key of removed) store.delete(key)
          table = new UdpTable(script, { tracked: true })
          for (const saved of [...store.values()].sort((a, b) => a.touched - b.touched)) expect(keyOf(table.load(saved))).toBe(saved.key)
        }
        table.flush()
        expect(script.facts).toEqual(told(packets).facts)
      }),
    )
  })
})
