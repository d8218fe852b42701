import { closeSync, openSync, writeSync } from 'node:fs'
import { LARGEST_PACKET, PCAP_MICROS } from '#engines/pcap/format.ts'

/** Raw IP, as pcap numbers its link types. */
const RAW = 101
const MOST_IN_PACKET = 60_000
const [CLIENT, SERVER] = [
  { ip: [10, 0, 0, 1], port: 40_000, initial: 1000 },
  { ip: [10, 0, 0, 2], port: 80, initial: 2000 },
]
const SYN = 2
const ACK = 16
const FIN = 1

/** Writes a capture of one connection: a request, and an answer as long as one likes, in packets as large as IP lets them be. */
export function writeOneCall(file: string, at: number, request: Buffer, answer: readonly Buffer[]): void {
  const out = openSync(file, 'w')
  const head = Buffer.alloc(24)
  head.writeUInt32LE(PCAP_MICROS)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(LARGEST_PACKET, 16)
  head.writeUInt32LE(RAW, 20)
  writeSync(out, head)

  const next = new Map([CLIENT, SERVER].map((side) => [side, side.initial]))
  let micros = 0
  const send = (side: typeof CLIENT, flags: number, data: Buffer = Buffer.alloc(0)): void => {
    const peer = side === CLIENT ? SERVER : CLIENT
    const packet = Buffer.alloc(16 + 40)
    packet.writeUInt32LE(Math.floor(at / 1000))
    packet.writeUInt32LE((at % 1000) * 1000 + micros++, 4)
    packet.writeUInt32LE(40 + data.length, 8)
    packet.writeUInt32LE(40 + data.length, 12)
    packet.set([0x45, 0, (40 + data.length) >> 8, (40 + data.length) & 255, 0, 0, 0x40, 0, 64, 6, 0, 0, ...side.ip, ...peer.ip], 16)
    packet.writeUInt16BE(side.port, 36)
    packet.writeUInt16BE(peer.port, 38)
    packet.writeUInt32BE(next.get(side)!, 40)
    packet.writeUInt32BE(flags & ACK ? next.get(peer)! : 0, 44)
    packet.set([0x50, flags, 255, 255], 48)
    writeSync(out, packet)
    writeSync(out, data)
    next.set(side, next.get(side)! + data.length + (flags & (SYN | FIN) ? 1 : 0))
  }
  send(CLIENT, SYN)
  send(SERVER, SYN | ACK)
  send(CLIENT, ACK)
  send(CLIENT, ACK, request)
  for (const piece of answer)
    for (let begin = 0; begin < piece.length; begin += MOST_IN_PACKET) send(SERVER, ACK, piece.subarray(begin, begin + MOST_IN_PACKET))
  send(SERVER, FIN | ACK)
  send(CLIENT, FIN | ACK)
  send(SERVER, ACK)
  closeSync(out)
}
