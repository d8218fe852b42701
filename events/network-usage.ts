import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const Count = Type.Integer({ minimum: 0 })
const Way = Type.Object({
  bytes: Count,
  messages: Type.Integer({ minimum: 0, description: 'UDP: datagrams. TCP: segments with data, those sent again too' }),
})

/** Payload alone, without headers; what TCP sent again counts once. */
const Sums = {
  transport: Type.Union([Type.Literal('tcp'), Type.Literal('udp')]),
  sent: Way,
  received: Way,
  connections: Type.Integer({ minimum: 0, description: 'Opened or accepted meanwhile' }),
  failed: Type.Integer({ minimum: 0, description: 'Connections that nobody answered, or that were refused' }),
  retransmissions: Type.Integer({ minimum: 0, description: 'Segments sent again' }),
}

const Usage = Type.Object({
  process: Type.Object({
    pid: Count,
    name: Type.String({ maxLength: 64 }),
    executable: Type.Optional(Type.String({ maxLength: 4096 })),
  }),
  container: Type.Optional(Type.Object({ id: Type.String({ maxLength: 64 }) })),
  direction: Type.Union([Type.Literal('outgoing'), Type.Literal('incoming')], {
    description: 'Who is the server: outgoing, the remote. Over UDP: whoever chose its port, or was spoken to first',
  }),
  local: Type.String({ maxLength: 45 }),
  remote: Type.String({ maxLength: 45 }),
  port: Type.Integer({ minimum: 0, maximum: 65535, description: 'Of the server' }),
  ...Sums,
})

/** The end of the year 9999. */
const LATEST = 253_402_300_799_999

const NetworkUsage = Type.Object({
  agent: Type.String({ minLength: 1, maxLength: 200 }),
  hostname: Type.String({ minLength: 1, maxLength: 255 }),
  from: Type.Number({ minimum: 0, maximum: LATEST, description: 'ms since 1970' }),
  to: Type.Number({ minimum: 0, maximum: LATEST }),
  usages: Type.Array(Usage, { maxItems: 1000 }),
  others: Type.Array(Type.Object(Sums), { maxItems: 2, description: 'What were too many to tell apart, by transport' }),
})
export type NetworkUsage = Static<typeof NetworkUsage>

/** Sums of ten seconds; one that comes twice is the same documents. */
export const networkUsage = defineEvent({
  type: 'network.usage.v1',
  summary: 'An agent says what the processes of its host sent and received, per pair of hosts',
  schema: NetworkUsage,
  codec: json<NetworkUsage>(),
  example: {
    agent: 'web-1.k3f9',
    hostname: 'web-1',
    from: 1767607200000,
    to: 1767607210000,
    usages: [
      {
        process: { pid: 812, name: 'nginx', executable: '/usr/sbin/nginx' },
        direction: 'incoming',
        local: '10.2.0.7',
        remote: '10.1.0.9',
        port: 443,
        transport: 'tcp',
        sent: { bytes: 1_482_113, messages: 1044 },
        received: { bytes: 51_204, messages: 310 },
        connections: 12,
        failed: 0,
        retransmissions: 2,
      },
    ],
    others: [],
  },
})
