/** Captures as large as one likes: what peers said to each other is repeated in packets, each time as a connection of another client. */
import { closeSync, openSync, statSync, writeSync } from 'node:fs'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeTcp } from '#engines/packet/tcp.ts'
import { encodeUdp } from '#engines/packet/udp.ts'
import type { Recorded } from '#engines/protocols/proxy.case.ts'
import { type Capture, fileOf, type Options } from './captures.ts'

const SEGMENT = 1448
const [FIN_ACK, SYN, PUSH_ACK, ACK, SYN_ACK] = [0x11, 0x02, 0x18, 0x10, 0x12]

export function repeat(
  name: string,
  protocol: Capture['protocol'],
  port: number,
  said: Recorded[],
  exchanges: number,
  { folder, megabytes }: Options,
  transport: 'tcp' | 'udp' = 'tcp',
): Capture {
  const file = fileOf(folder, name)
  const out = openSync(file, 'w')
  let written = writeSync(out, header())
  const packets = transport === 'tcp' ? packetsOf : datagramsOf
  let times = 0
  for (; written < megabytes * 1e6; times++) written += writeSync(out, Buffer.concat(packets(said, times, port)))
  closeSync(out)
  return { name, protocol, file, bytes: statSync(file).size, exchanges: exchanges * times, port }
}

function header(): Buffer {
  const bytes = Buffer.alloc(24)
  bytes.writeUInt32LE(0xa1b2c3d4, 0)
  bytes.writeUInt16LE(2, 4)
  bytes.writeUInt16LE(4, 6)
  bytes.writeUInt32LE(262_144, 16)
  bytes.writeUInt32LE(1, 20)
  return bytes
}

/** One connection from its handshake to its end, as client number `times`. */
function packetsOf(said: Recorded[], times: number, port: number): Buffer[] {
  const packets: Buffer[] = []
  const sequence = [1000, 5000]
  const ends = endsOf(times, port)
  const shift = times * 60e6
  const add = (side: 0 | 1, data: Uint8Array, flags: number, at: number) => {
    const [from, to] = [ends[side], ends[1 - side]]
    const segment = encodeTcp(data, {
      sourcePort: from.port,
      targetPort: to.port,
      sequence: sequence[side],
      acknowledgement: flags === SYN ? 0 : sequence[1 - side],
      flags,
    })
    packets.push(...recordOf(encodeIpv4(segment, { source: from.ip, target: to.ip, protocol: 6 }), at + shift))
    sequence[side] += data.length + ((flags & 3) === 0 ? 0 : 1)
  }
  const nothing = new Uint8Array(0)
  const [start, end] = [said[0].at, said.at(-1)!.at]
  add(0, nothing, SYN, start - 2)
  add(1, nothing, SYN_ACK, start - 1)
  add(0, nothing, ACK, start)
  for (const { side, bytes, at } of said) {
    for (let from = 0; from < bytes.length; from += SEGMENT) add(side, bytes.subarray(from, from + SEGMENT), PUSH_ACK, at)
    add(side === 0 ? 1 : 0, nothing, ACK, at)
  }
  add(0, nothing, FIN_ACK, end + 1)
  add(1, nothing, FIN_ACK, end + 2)
  add(0, nothing, ACK, end + 3)
  return packets
}

/** The same without connections: each piece is a datagram. */
function datagramsOf(said: Recorded[], times: number, port: number): Buffer[] {
  const ends = endsOf(times, port)
  return said.flatMap(({ side, bytes, at }) => {
    const [from, to] = [ends[side], ends[1 - side]]
    const udp = encodeUdp(bytes, from.port, to.port)
    return recordOf(encodeIpv4(udp, { source: from.ip, target: to.ip, protocol: 17 }), at + times * 60e6)
  })
}

const endsOf = (times: number, port: number) => [
  { ip: `10.1.${(times >> 8) & 255}.${times & 255}`, port: 40_000 + ((times >> 16) & 1023) },
  { ip: '10.2.0.1', port },
]

/** A packet in a capture, at this time (µs). */
function recordOf(packet: Uint8Array, at: number): [Buffer, Buffer] {
  const frame = encodeEthernet(packet, 0x0800)
  const record = Buffer.alloc(16)
  record.writeUInt32LE(Math.floor(at / 1e6), 0)
  record.writeUInt32LE(Math.floor(at % 1e6), 4)
  record.writeUInt32LE(frame.length, 8)
  record.writeUInt32LE(frame.length, 12)
  return [record, Buffer.from(frame)]
}
