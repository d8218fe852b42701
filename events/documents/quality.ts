import { type Static, Type } from 'typebox'

/** How much of the truth is there in a minute. */
const QualityBin = Type.Object({
  time: Type.Number({ description: 'Its beginning, ms since 1970' }),
  complete: Type.Integer({ description: 'Calls' }),
  incomplete: Type.Integer(),
  malformed: Type.Integer(),
  pending: Type.Integer(),
  captured: Type.Integer({ description: 'Packets' }),
  kernel: Type.Integer({ description: 'Packets dropped by the kernel' }),
  overflow: Type.Integer({ description: 'Packets dropped by the agent' }),
  filtered: Type.Integer({ description: 'Packets that the agent left out, as it was told to' }),
  own: Type.Integer({ description: 'Those among them that Spider sent itself' }),
  encrypted: Type.Integer({ description: 'Sessions of TLS that could not be read, or not whole' }),
  silent: Type.Array(Type.String(), { description: 'Names of agents that should have spoken and did not' }),
})
export type QualityBin = Static<typeof QualityBin>

/** Something that happened to an agent. */
const Mark = Type.Object({
  time: Type.Number({ description: 'ms since 1970' }),
  kind: Type.Enum(['started', 'stopped', 'failed', 'silent', 'back']),
  agent: Type.String({ description: 'Its name' }),
})
export type Mark = Static<typeof Mark>

/** What the quality line of the timeline is drawn from. */
export const Quality = Type.Object({
  width: Type.Integer({ description: 'Of a bin, ms' }),
  bins: Type.Array(QualityBin),
  marks: Type.Array(Mark, { description: 'What happened to agents' }),
})
export type Quality = Static<typeof Quality>
