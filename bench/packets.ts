/** What a packet costs: read, decode and TcpTable over a capture file, with a sink that does nothing. `node bench/packets.ts FILE [rounds]` */
import { closeSync, openSync, readSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const [file, rounds = '5'] = positionals
const chunk = Buffer.allocUnsafe(1024 * 1024)

const measure = (
  name: string,
  packet: CaptureReader['receive'] extends never ? never : (...args: Parameters<PacketDecoder['decode']>) => void,
): void => {
  let packets = 0
  const reader = new CaptureReader({
    packet(bytes, start, end, originalLength, at, linkType, interfaceId) {
      packets++
      packet(bytes, start, end, originalLength, at, linkType, interfaceId)
    },
  })
  const descriptor = openSync(file, 'r')
  const began = process.cpuUsage()
  for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) reader.receive(chunk.subarray(0, size))
  reader.end()
  const { user, system } = process.cpuUsage(began)
  closeSync(descriptor)
  console.log(`${name.padEnd(24)} ${packets} packets  ${(((user + system) * 1000) / packets).toFixed(0)} ns CPU a packet`)
}

let bytes = 0
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
  measure('read', () => {})
  const decoder = new PacketDecoder()
  measure('read, decode', (...packet) => void decoder.decode(...packet))
  const table = new TcpTable(sink)
  measure('read, decode, TcpTable', (...packet) => table.packet(decoder.decode(...packet)))
  table.flush()
}
console.log(`${bytes} bytes of streams`)
