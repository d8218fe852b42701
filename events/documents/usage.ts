import { type Static, Type } from 'typebox'

const Side = {
  bytes: Type.Integer({ description: 'Payload that it sent; what TCP sent again counts once' }),
  packets: Type.Integer({ description: 'Messages that it sent. UDP: datagrams. TCP: segments with data, those sent again too' }),
}

/** What a process of a host sent and received in ten seconds, to and from another host; who has no addresses stands for what were too many to tell apart, its host as the client. */
export const UsageDocument = Type.Object(
  {
    '@timestamp': Type.String({ description: 'When the sum begins' }),
    event: Type.Object({ id: Type.String(), start: Type.String(), end: Type.String() }),
    agent: Type.Object({ id: Type.String() }),
    host: Type.Object({ hostname: Type.String({ description: 'Where the process runs' }) }),
    process: Type.Optional(
      Type.Object({
        pid: Type.Integer(),
        name: Type.String(),
        executable: Type.Optional(Type.String()),
      }),
    ),
    container: Type.Optional(Type.Object({ id: Type.String() })),
    client: Type.Object({ ip: Type.Optional(Type.String()), domain: Type.Optional(Type.String()), ...Side }),
    server: Type.Object({
      ip: Type.Optional(Type.String()),
      domain: Type.Optional(Type.String()),
      port: Type.Optional(Type.Integer()),
      ...Side,
    }),
    network: Type.Object({
      transport: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
      direction: Type.Optional(
        Type.Union([Type.Literal('outbound'), Type.Literal('inbound')], { description: 'Outbound: the process is the client' }),
      ),
    }),
    spider: Type.Object({
      team: Type.String(),
      connections: Type.Integer({ description: 'Opened or accepted meanwhile' }),
      failed: Type.Integer({ description: 'Connections that nobody answered, or that were refused' }),
      retransmissions: Type.Integer({ description: 'Segments that the process had to send again' }),
    }),
  },
  { $id: 'Usage', title: 'Usage' },
)
export type UsageDocument = Static<typeof UsageDocument>
