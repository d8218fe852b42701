/** Every call of a capture, as the protocols' readers tell them, for tests. */
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import type { Connection } from '../tcp/facts.ts'
import type { FindSecrets } from '../tls/secrets.ts'
import type { Call } from './call.ts'
import { tellCaptured } from './captured.case.ts'
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
  tellCaptured(capture, streams)
  return found
}
