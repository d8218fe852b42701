/** Tells the facts of a whole capture, for tests. */
import { PacketDecoder } from '../packet/decode.ts'
import { Fragments } from '../packet/fragments.ts'
import { CaptureReader } from '../pcap/reader.ts'
import type { StreamSink } from '../tcp/facts.ts'
import { TcpTable } from '../tcp/table.ts'
import { UdpTable } from '../udp/table.ts'

/** Every conversation of a capture, over TCP and UDP, to one sink; at the end all are closed. */
export function tellCaptured(capture: Uint8Array, sink: StreamSink): void {
  const [decoder, tcp, udp] = [new PacketDecoder(new Fragments()), new TcpTable(sink), new UdpTable(sink)]
  const reader = new CaptureReader({
    packet(...packet) {
      const frame = decoder.decode(...packet)
      tcp.packet(frame)
      udp.packet(frame)
    },
  })
  reader.receive(capture)
  reader.end()
  tcp.flush()
  udp.flush()
}
