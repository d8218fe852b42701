import type { Protocol } from '../protocols/protocol.ts'
import { RedisConnection, type SavedRedis } from './connection.ts'
import { isCommand, isReply } from './recognise.ts'

/** Redis, and what speaks its protocol (Valkey, KeyDB, Dragonfly): RESP2 and RESP3. */
export const redis: Protocol = {
  name: 'redis',
  transports: ['tcp'],
  client: isCommand,
  server: isReply,
  reader: {
    open: (_connection, host, beginning) => new RedisConnection(host, beginning),
    load: (saved, _connection, host) => RedisConnection.load(saved as SavedRedis, host),
  },
}
