/** Conversations for tests, packet by packet, and what a table tells of them as short text. */
import { fromLatin1, latin1 } from '../bytes/text.ts'
import { PacketDecoder } from '../packet/decode.ts'
import { encodeEthernet } from '../packet/ethernet.ts'
import { ACK, FIN, SYN } from '../packet/frame.ts'
import { encodeIpv4 } from '../packet/ipv4.ts'
import { encodeTcp } from '../packet/tcp.ts'
import { micros } from '../time.ts'
import type { Connection, MissingReason, Side, StreamSink } from './facts.ts'
import type { TcpTable } from './table.ts'

export interface Packet {
  bytes: Uint8Array
  originalLength: number
  at: number
}

const INITIAL = [0xfffffff0, 5000]
const IPS = ['10.0.0.1', '10.0.0.2']
const PORTS = [40_000, 80]
export const T0 = 1_700_000_000_000_000

export interface Fields {
  /** Offset in the sender's stream. */
  from?: number
  /** Bytes of the other stream that are acknowledged; without, the ACK flag is not set. */
  ack?: number
  flags?: number
  data?: string
  /** µs after the conversation's begin. */
  at?: number
  ident?: number
  /** Captured bytes of the payload. */
  snap?: number
  /** Added to both initial sequence numbers: another connection of the same ends. */
  era?: number
  window?: number
  /** Of `scale`, `stamps` and `sack`. */
  options?: number[][]
}

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
const padded = (options: number[]): Uint8Array => Uint8Array.from([...options, ...Array((4 - (options.length % 4)) % 4).fill(1)])

/** Options of TCP: a window scale, time stamps, and blocks of what the other side sent, from and up to an offset in its stream. */
export const scale = (shift: number): number[] => [3, 3, shift]
export const stamps = (own: number, echo: number): number[] => [8, 10, ...word(own), ...word(echo)]
export const sack = (of: Side, ...blocks: [number, number][]): number[] => [
  5,
  2 + 8 * blocks.length,
  ...blocks.flat().flatMap((offset) => word((INITIAL[of] + 1 + offset) >>> 0)),
]

/** A segment that `side` sends. */
export const segment = (side: Side, fields: Fields): Packet => {
  const { from = 0, ack, flags = 0, data = '', at = 0, ident = 0, era = 0 } = fields
  const other = side === 0 ? 1 : 0
  const payload = fromLatin1(data)
  const tcp = encodeTcp(payload, {
    sourcePort: PORTS[side],
    targetPort: PORTS[other],
    sequence: (INITIAL[side] + era + from + (flags & SYN ? 0 : 1)) >>> 0,
    acknowledgement: ack === undefined ? 0 : (INITIAL[other] + era + ack + 1) >>> 0,
    flags: flags | (ack === undefined ? 0 : ACK),
    window: fields.window,
    options: padded((fields.options ?? []).flat()),
  })
  const bytes = encodeEthernet(encodeIpv4(tcp, { source: IPS[side], target: IPS[other], protocol: 6, ident }), 0x0800)
  const cut = fields.snap === undefined ? bytes.length : 54 + fields.snap
  return { bytes: bytes.slice(0, cut), originalLength: bytes.length, at: T0 + at }
}

export const handshake = (at = 0, era = 0): Packet[] => [
  segment(0, { flags: SYN, at, era }),
  segment(1, { flags: SYN, ack: 0, at: at + 10, era }),
  segment(0, { ack: 0, at: at + 20, era }),
]

/** A whole conversation: handshake, requests with their responses in pieces, and both FINs. */
export const conversation = (pieces: { side: Side; data: string }[]): Packet[] => {
  const packets = handshake()
  const sent = [0, 0]
  const ident = [1, 1]
  let at = 20
  const later = (): number => {
    at += 10
    return at
  }
  for (const { side, data } of pieces) {
    packets.push(segment(side, { from: sent[side], ack: sent[1 - side], data, at: later(), ident: ident[side]++ }))
    sent[side] += data.length
  }
  packets.push(segment(0, { from: sent[0], ack: sent[1], flags: FIN, at: later(), ident: ident[0]++ }))
  packets.push(segment(1, { from: sent[1], ack: sent[0] + 1, flags: FIN, at: later(), ident: ident[1]++ }))
  packets.push(segment(0, { from: sent[0] + 1, ack: sent[1] + 1, at: later(), ident: ident[0]++ }))
  return packets
}

/** Facts as text: `open`, `c:bytes`, `s:bytes`, `c?3 reason`, `c.` (end), `close state`. Neighbouring bytes of a side are joined. */
export class Script implements StreamSink {
  facts: string[] = []
  connections: Connection[] = []

  open(connection: Connection): void {
    this.connections.push(connection)
    this.facts.push(`open ${connection.clientKnownBy}`)
  }
  data(_connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number): void {
    const text = latin1(bytes, start, end)
    const last = this.facts.at(-1) ?? ''
    if (last.startsWith(`${'cs'[side]}:`)) this.facts[this.facts.length - 1] = last + text
    else this.facts.push(`${'cs'[side]}:${text}`)
  }
  gap(_connection: Connection, side: Side, missing: number, _at: number, reason: MissingReason): void {
    this.facts.push(`${'cs'[side]}?${missing} ${reason}`)
  }
  end(_connection: Connection, side: Side): void {
    this.facts.push(`${'cs'[side]}.`)
  }
  close(connection: Connection): void {
    this.facts.push(`close ${connection.state}`)
  }
  reported(): void {
    this.facts.push('icmp')
  }
}

const decoder = new PacketDecoder()

export const feed = (table: TcpTable, packets: Packet[]): void => {
  for (const { bytes, originalLength, at } of packets)
    table.packet(decoder.decode(bytes, 0, bytes.length, originalLength, micros(at), 1, 0))
}
