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
})

/** One TCP connection. */
export const SessionDocument = Type.Object(
  {
    '@timestamp': Type.String({ description: 'First packet' }),
    event: Type.Object({ id: Type.String(), start: Type.String(), end: Type.String(), duration: Type.Integer({ description: 'ns' }) }),
    client: Endpoint,
    server: Endpoint,
    network: Type.Object({
      transport: Type.Literal('tcp'),
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
      exchanges: Type.Integer({ description: 'Calls read in it so far' }),
    }),
  },
  { $id: 'Session', title: 'Session' },
)
export type SessionDocument = Static<typeof SessionDocument>
