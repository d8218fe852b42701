import type { Protocol } from '../protocols/protocol.ts'
import { type SavedReader, WebSocketReader } from './reader.ts'

/** WebSocket (RFC 6455) with permessage-deflate (RFC 7692): what HTTP hands over to; nothing in its frames tells it from other bytes. */
export const websocket: Protocol = {
  name: 'websocket',
  transports: ['tcp'],
  reader: {
    open(connection, host, beginning) {
      const reader = new WebSocketReader(host, beginning.agreed ?? {})
      reader.start(beginning, connection)
      return reader
    },
    load: (saved, _connection, host) => WebSocketReader.load(saved as SavedReader, host),
  },
}
