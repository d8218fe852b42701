/** What an open idle connection costs in TcpTable, and a conversation in UdpTable. `node --expose-gc bench/idle.ts [connections]` */
import { PacketDecoder } from '#engines/packet/decode.ts'
import { ACK, SYN } from '#engines/packet/frame.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeTcp } from '#engines/packet/tcp.ts'
import { encodeUdp } from '#engines/packet/udp.ts'
import type { StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'
import { micros } from '#engines/time.ts'
import { UdpTable } from '#engines/udp/table.ts'

const count = Number(process.argv[2] ?? 200_000)
const sink: StreamSink = { open() {}, data() {}, gap() {}, end() {}, close() {} }
const decoder = new PacketDecoder()
const frameOf = (payload: Uint8Array, i: number, back: boolean, protocol: number) => {
  const client = `10.${(i >> 20) & 255}.${(i >> 12) & 255}.1`
  const bytes = encodeIpv4(payload, { source: back ? '10.255.0.2' : client, target: back ? client : '10.255.0.2', protocol })
  return decoder.decode(bytes, 0, bytes.length, bytes.length, micros(1_767_607_200e6 + i), 101, 0)
}
const used = (): number => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const measure = (name: string, table: { size: number }, each: (i: number) => void): void => {
  const before = used()
  for (let i = 0; i < count; i++) each(i)
  console.log(`${name.padEnd(9)} ${table.size} open  ${((used() - before) / table.size).toFixed(0)} bytes each`)
}

const tcp = new TcpTable(sink)
measure('TcpTable', tcp, (i) => {
  const port = 1024 + (i & 4095)
  const up = { sourcePort: port, targetPort: 80 }
  const down = { sourcePort: 80, targetPort: port }
  tcp.packet(frameOf(encodeTcp(new Uint8Array(0), { ...up, sequence: i, flags: SYN }), i, false, 6))
  tcp.packet(frameOf(encodeTcp(new Uint8Array(0), { ...down, sequence: 7, acknowledgement: i + 1, flags: SYN | ACK }), i, true, 6))
  tcp.packet(frameOf(encodeTcp(new Uint8Array(9), { ...up, sequence: i + 1, acknowledgement: 8, flags: ACK }), i, false, 6))
  tcp.packet(frameOf(encodeTcp(new Uint8Array(9), { ...down, sequence: 8, acknowledgement: i + 10, flags: ACK }), i, true, 6))
})
const udp = new UdpTable(sink, { conversations: count })
measure('UdpTable', udp, (i) => udp.packet(frameOf(encodeUdp(new Uint8Array(9), 1024 + (i & 4095), 9999), i, false, 17)))
