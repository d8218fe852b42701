import { type Static, Type } from 'typebox'

/** A name that an address had. */
export const HostDocument = Type.Object(
  {
    '@timestamp': Type.String({ description: 'Last time it was seen to hold' }),
    event: Type.Object({ id: Type.String() }),
    host: Type.Object({ ip: Type.String(), name: Type.String() }),
    spider: Type.Object({
      team: Type.String(),
      agents: Type.Array(Type.String()),
      origin: Type.Union([Type.Literal('dns-answer'), Type.Literal('resolver'), Type.Literal('hosts-file')]),
    }),
  },
  { $id: 'Host', title: 'Host' },
)
export type HostDocument = Static<typeof HostDocument>
