import { type Static, Type } from 'typebox'

/** A block of packets: a pcapng section in the blob store, and what is in it. */
export const PacketsDocument = Type.Object(
  {
    '@timestamp': Type.String({ description: 'First packet' }),
    event: Type.Object({ id: Type.String(), start: Type.String(), end: Type.String() }),
    spider: Type.Object({
      team: Type.String(),
      agents: Type.Array(Type.String()),
      lane: Type.String(),
      sequence: Type.Integer(),
      sessions: Type.Array(Type.String(), { description: 'Ids of the connections with packets in it' }),
      packets: Type.Integer(),
      bytes: Type.Integer(),
      ref: Type.String({ description: 'Where the section lies in the blob store' }),
    }),
  },
  { $id: 'Packets', title: 'Packets' },
)
export type PacketsDocument = Static<typeof PacketsDocument>
