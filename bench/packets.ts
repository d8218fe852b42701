/** What a packet costs: read, decode and TcpTable over a capture file, with a sink that does nothing. `node bench/packets.ts FILE [rounds]` */
import { closeSync, openSync, readSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { CaptureSink } from '#engines/pcap/sink.ts'
import type { StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const [file, rounds = '5'] = positionals
const chunk = Buffer.allocUnsafe(1024 * 1024)
let packets = 0
let bytes = 0

const measure = (name: string, packet: CaptureSink['packet'], end = () => {}): void => {
  packets = 0
  const reader = new CaptureReader({ packet })
  const descriptor = openSync(file, 'r')
  const began = process.cpuUsage()
  for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) reader.receive(chunk.subarray(0, size))
  reader.end()
  end()
  const { user, system } = process.cpuUsage(began)
  closeSync(descriptor)
  console.log(`${name.padEnd(24)} ${packets} packets  ${(((user + system) * 1000) / packets).toFixed(0)} ns CPU a packet`)
}

const sink: StreamSink = {
  open() {},
  data(_connection, _side, _bytes, start, end) {
    bytes += end - start
  },
  gap() {},
  end() {},
  close() {},
}

for (let round = 0; round < Number(rounds); round++) {
  measure('read', () => {
    packets++
  })
  const decoder = new PacketDecoder()
  measure('read, decode', (data, start, end, originalLength, at, linkType, interfaceId) => {
    packets++
    decoder.decode(data, start, end, originalLength, at, linkType, interfaceId)
  })
  const table = new TcpTable(sink)
  const rebuild: CaptureSink['packet'] = (data, start, end, originalLength, at, linkType, interfaceId) => {
    packets++
    table.packet(decoder.decode(data, start, end, originalLength, at, linkType, interfaceId))
  }
  measure('read, decode, TcpTable', rebuild, () => table.flush())
}
console.log(`${bytes} bytes of streams, ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`)
