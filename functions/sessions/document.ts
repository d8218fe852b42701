import type { Connection, SideFacts } from '#engines/tcp/facts.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { iso } from '../lane/time.ts'

const sideOf = (side: SideFacts) => ({
  packets: side.packets,
  bytes: side.bytes,
  retransmissions: side.retransmissions,
  out_of_order: side.outOfOrder,
  missing_bytes: side.missingBytes,
  gaps: side.gaps,
  fin: side.fin,
  reset: side.reset,
})

/** The document of a connection as it is now. */
export function toSessionDocument(
  connection: Connection,
  context: { team: string; agent: string; protocol: string | undefined; exchanges: number; names: (ip: string) => string | undefined },
): SessionDocument {
  const [client, server] = connection.sides
  const named = ({ ip, port }: Connection['client']) => {
    const domain = context.names(ip)
    return domain === undefined ? { ip, port } : { ip, port, domain }
  }
  return {
    '@timestamp': iso(connection.start),
    event: {
      id: connection.id,
      start: iso(connection.start),
      end: iso(connection.end),
      duration: Math.round((connection.end - connection.start) * 1000),
    },
    client: named(connection.client),
    server: named(connection.server),
    network: {
      transport: 'tcp',
      ...(context.protocol !== undefined && { protocol: context.protocol }),
      packets: client.packets + server.packets,
      bytes: client.bytes + server.bytes,
    },
    spider: {
      team: context.team,
      agents: [context.agent],
      session: { id: connection.id, ...(connection.peerKey !== undefined && { peer_key: connection.peerKey }) },
      state: connection.state,
      status: client.gaps + server.gaps > 0 ? 'incomplete' : 'complete',
      client_known_by: connection.clientKnownBy,
      ...(connection.handshake !== undefined && { handshake: Math.round(connection.handshake * 1000) }),
      sides: { client: sideOf(client), server: sideOf(server) },
      exchanges: context.exchanges,
    },
  }
}
