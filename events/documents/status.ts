import { type Static, Type } from 'typebox'

/** What Gocipher says: sessions whose secrets it took, and the processes it found, each with what can be had of it. */
const Tls = Type.Object({
  sessions: Type.Integer(),
  lost: Type.Integer({ description: 'Sessions whose secrets were seen and could not be kept until they were sent' }),
  unread: Type.Integer({ description: 'Sessions of which what was read did not hold together' }),
  processes: Type.Array(
    Type.Object({
      pid: Type.Integer(),
      name: Type.String(),
      executable: Type.Optional(Type.String()),
      container: Type.Optional(Type.String()),
      library: Type.String({ description: 'Name and build id' }),
      state: Type.Union([Type.Literal('learning'), Type.Literal('ready'), Type.Literal('refused')]),
      reason: Type.Optional(Type.String()),
    }),
  ),
})

/** Whether Gocipher counts what processes send and receive, and why not. */
const Network = Type.Object({
  state: Type.Union([Type.Literal('counting'), Type.Literal('refused')]),
  reason: Type.Optional(Type.String()),
  without_udp: Type.Optional(Type.String({ description: 'Why datagrams are not counted' })),
  lost: Type.Integer({ description: 'Sums of ten seconds that could not be kept until they were sent' }),
})

/** What an agent says of itself: every 20 s while something changes, seldom while nothing does. Counters count since the agent started. */
export const StatusDocument = Type.Object(
  {
    '@timestamp': Type.String(),
    event: Type.Object({ id: Type.String() }),
    agent: Type.Object({
      id: Type.String({ description: 'One start of one agent' }),
      name: Type.String(),
      type: Type.Union([Type.Literal('whisperer'), Type.Literal('gocipher')]),
      version: Type.String(),
    }),
    host: Type.Object({ hostname: Type.String() }),
    spider: Type.Object({
      team: Type.String(),
      state: Type.Union([Type.Literal('capturing'), Type.Literal('stopped'), Type.Literal('failed')]),
      source: Type.Object({
        kind: Type.Union([Type.Literal('interface'), Type.Literal('file'), Type.Literal('processes')]),
        names: Type.Array(Type.String()),
        filter: Type.String(),
        snap_length: Type.Integer(),
        buffer: Type.Integer(),
      }),
      /** Sums since the agent started. */
      captured: Type.Object({ packets: Type.Integer(), bytes: Type.Integer() }),
      filtered: Type.Object({
        packets: Type.Integer({ description: 'Left out by the agent itself: not IP, own traffic' }),
        own: Type.Optional(Type.Integer({ description: 'Those among them that Spider sent itself' })),
      }),
      dropped: Type.Object({
        kernel: Type.Integer({ description: 'Packets the kernel dropped, its buffer being full' }),
        interface: Type.Integer(),
      }),
      overflow: Type.Object({ packets: Type.Integer(), bytes: Type.Integer(), conversations: Type.Integer() }),
      sent: Type.Object({ events: Type.Integer(), bytes: Type.Integer(), retries: Type.Integer() }),
      spool: Type.Object({ bytes: Type.Integer(), limit: Type.Integer() }),
      cpu: Type.Number({ description: 'Seconds, user and system' }),
      memory: Type.Integer({ description: 'Resident bytes' }),
      /** Absent: 20. */
      next: Type.Optional(Type.Number({ description: 'Seconds within which it speaks again' })),
      message: Type.Optional(Type.String()),
      tls: Type.Optional(Tls),
      network: Type.Optional(Network),
    }),
  },
  { $id: 'Status', title: 'Status' },
)
export type StatusDocument = Static<typeof StatusDocument>
