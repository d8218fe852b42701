/** Every call of a capture, as the protocols' readers tell them, for tests. */
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import { PacketDecoder } from '../packet/decode.ts'
import { Fragments } from '../packet/fragments.ts'
import { CaptureReader } from '../pcap/reader.ts'
import type { Connection } from '../tcp/facts.ts'
import { TcpTable } from '../tcp/table.ts'
import type { FindSecrets } from '../tls/secrets.ts'
import { UdpTable } from '../udp/table.ts'
import type { Call } from './call.ts'
import { ProtocolStreams } from './streams.ts'

const codecs = await loadCodecs()

export interface Found {
  connection: Connection
  exchange: HttpExchange | undefined
  call: Call | undefined
}

/** `secrets`: of TLS sessions, known from the beginning. */
export const callsOf = (capture: Uint8Array, secrets?: FindSecrets): Found[] => {
  const found: Found[] = []
  const streams = new ProtocolStreams(
    {
      exchange: (connection, exchange) => found.push({ connection, exchange, call: undefined }),
      call: (connection, call) => found.push({ connection, exchange: undefined, call }),
    },
    codecs,
    {},
    secrets,
  )
  const decoder = new PacketDecoder(new Fragments())
  const tcp = new TcpTable(streams)
  const udp = new UdpTable(streams)
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
  return found
}
