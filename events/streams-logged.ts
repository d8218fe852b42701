import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const StreamsLogged = Type.Object({ lane: Type.String({ description: '<agent>/<lane>' }) })
export type StreamsLogged = Static<typeof StreamsLogged>

/** The streams of a lane lie in the log of `parsing`, and nobody reads their calls: the event that brought them was lost after it was logged. */
export const streamsLogged = defineEvent({
  type: 'streams.logged.v1',
  summary: 'The log of a lane’s streams has work',
  schema: StreamsLogged,
  codec: json<StreamsLogged>(),
  example: { lane: 'web-1.k3f9/3' },
})
