import type { Protocol } from '../protocols/protocol.ts'
import { PostgresConnection, type SavedPostgres } from './connection.ts'
import { isClient, isServer } from './recognise.ts'

/** PostgreSQL's protocol 3, which others speak too (CockroachDB, YugabyteDB, PgBouncer, Redshift). */
export const postgresql: Protocol = {
  name: 'postgresql',
  transports: ['tcp'],
  client: isClient,
  server: isServer,
  reader: {
    open: (_connection, host, beginning) => new PostgresConnection(host, beginning),
    load: (saved, _connection, host) => PostgresConnection.load(saved as SavedPostgres, host),
  },
}
