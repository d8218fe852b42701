import { type Static, Type } from 'typebox'

const Endpoint = Type.Object({ ip: Type.String(), port: Type.Integer(), domain: Type.Optional(Type.String()) })

const Side = Type.Object({
  packets: Type.Integer(),
  bytes: Type.Integer({ description: 'Payload, retransmissions left out' }),
  retransmissions: Type.Integer(),
  out_of_order: Type.Integer(),
  missing_bytes: Type.Integer(),
  gaps: Type.Integer(),
  fin: Type.Boolean(),
  reset: Type.Boolean(),
  round_trip: Type.Optional(Type.Integer({ description: 'ns, the quickest answer of this side, from the observer to it and back' })),
  window_stalls: Type.Optional(Type.Integer({ description: 'How often this side could take no more' })),
  window_stall_time: Type.Optional(Type.Integer({ description: 'ns' })),
  full_windows: Type.Optional(Type.Integer({ description: 'How often all was sent to this side that its window allows' })),
  full_window_time: Type.Optional(Type.Integer({ description: 'ns' })),
  spurious_retransmissions: Type.Optional(Type.Integer({ description: 'Retransmissions of this side that the other one did not need' })),
  old_duplicates: Type.Optional(Type.Integer({ description: 'Segments from before the sequence numbers came round, left out' })),
  keep_alives: Type.Optional(Type.Integer()),
  urgent: Type.Optional(Type.Integer({ description: 'Segments with urgent data' })),
  different_bytes: Type.Optional(Type.Integer({ description: 'Bytes that came again and were not the same; the first ones count' })),
  checksum_errors: Type.Optional(Type.Integer({ description: 'Of the packets that were checked' })),
})

const Count = Type.Optional(Type.Integer())
const Closer = Type.Union([Type.Literal('client'), Type.Literal('server'), Type.Literal('both')])
const Closing = Type.Union([Type.Literal('fin'), Type.Literal('reset'), Type.Literal('idle')])

/** One TCP connection, or one conversation over UDP; what only TCP knows is zero, or not there, in the latter. */
export const SessionDocument = Type.Object(
  {
    '@timestamp': Type.String({ description: 'First packet' }),
    event: Type.Object({ id: Type.String(), start: Type.String(), end: Type.String(), duration: Type.Integer({ description: 'ns' }) }),
    client: Endpoint,
    server: Endpoint,
    network: Type.Object({
      transport: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
      protocol: Type.Optional(Type.String()),
      packets: Type.Integer(),
      bytes: Type.Integer(),
    }),
    spider: Type.Object({
      team: Type.String(),
      agents: Type.Array(Type.String()),
      session: Type.Object({
        id: Type.String(),
        peer_key: Type.Optional(
          Type.String({ description: 'Both initial sequence numbers: the same on both sides of an address translation' }),
        ),
      }),
      state: Type.Union([Type.Literal('open'), Type.Literal('closed'), Type.Literal('reset'), Type.Literal('idle'), Type.Literal('ended')]),
      status: Type.Union([Type.Literal('complete'), Type.Literal('incomplete'), Type.Literal('malformed')]),
      client_known_by: Type.String(),
      handshake: Type.Optional(Type.Integer({ description: 'ns, SYN to the last ACK of the handshake, at the observer' })),
      sides: Type.Object({ client: Side, server: Side }),
      closed_by: Type.Optional(Closer),
      closed_how: Type.Optional(Closing),
      icmp: Type.Optional(
        Type.Object(
          { unreachable: Count, too_big: Count, time_exceeded: Count, other: Count },
          { description: 'Errors that routers or hosts reported of its packets' },
        ),
      ),
      exchanges: Type.Integer({ description: 'Calls read in it so far' }),
    }),
  },
  { $id: 'Session', title: 'Session' },
)
export type SessionDocument = Static<typeof SessionDocument>
