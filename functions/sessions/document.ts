import type { Connection, IcmpErrors, SideFacts } from '#engines/tcp/facts.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { iso } from '../lane/time.ts'

const nanoseconds = (micros: number): number => Math.round(micros * 1000)

const sideOf = (side: SideFacts) => ({
  packets: side.packets,
  bytes: side.bytes,
  retransmissions: side.retransmissions,
  out_of_order: side.outOfOrder,
  missing_bytes: side.missingBytes,
  gaps: side.gaps,
  fin: side.fin,
  reset: side.reset,
  ...(side.minimumRoundTrip !== undefined && { round_trip: nanoseconds(side.minimumRoundTrip) }),
  ...(side.windowStalls && { window_stalls: side.windowStalls, window_stall_time: nanoseconds(side.windowStallTime ?? 0) }),
  ...(side.fullWindows && { full_windows: side.fullWindows, full_window_time: nanoseconds(side.fullWindowTime ?? 0) }),
  ...(side.spuriousRetransmissions && { spurious_retransmissions: side.spuriousRetransmissions }),
  ...(side.oldDuplicates && { old_duplicates: side.oldDuplicates }),
  ...(side.keepAlives && { keep_alives: side.keepAlives }),
  ...(side.urgent && { urgent: side.urgent }),
  ...(side.differentBytes && { different_bytes: side.differentBytes }),
  ...(side.checksumErrors && { checksum_errors: side.checksumErrors }),
})

const icmpOf = ({ unreachable, tooBig, timeExceeded, other }: IcmpErrors) => ({
  ...(unreachable && { unreachable }),
  ...(tooBig && { too_big: tooBig }),
  ...(timeExceeded && { time_exceeded: timeExceeded }),
  ...(other && { other }),
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
      duration: nanoseconds(connection.end - connection.start),
    },
    client: named(connection.client),
    server: named(connection.server),
    network: {
      transport: connection.transport,
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
      ...(connection.handshake !== undefined && { handshake: nanoseconds(connection.handshake) }),
      sides: { client: sideOf(client), server: sideOf(server) },
      ...(connection.closedBy !== undefined && { closed_by: connection.closedBy }),
      ...(connection.closedHow !== undefined && { closed_how: connection.closedHow }),
      ...(connection.icmp !== undefined && { icmp: icmpOf(connection.icmp) }),
      exchanges: context.exchanges,
    },
  }
}
