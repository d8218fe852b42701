import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const LaneAdvanced = Type.Object({ lane: Type.String({ description: '<agent>/<lane>' }), sequence: Type.Integer({ minimum: 1 }) })
export type LaneAdvanced = Static<typeof LaneAdvanced>

/** A lane's log has work; the log, not the event, holds it. Losing the event costs time, not data. */
export const laneAdvanced = defineEvent({
  type: 'lane.advanced.v1',
  summary: 'A lane of captured packets has work',
  schema: LaneAdvanced,
  codec: json<LaneAdvanced>(),
  example: { lane: 'web-1.k3f9/3', sequence: 118 },
})
