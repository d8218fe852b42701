import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const RereadDue = Type.Object({ lane: Type.String({ description: 'The lane whose log says which connections' }) })
export type RereadDue = Static<typeof RereadDue>

/** Secrets of TLS sessions came after their packets: connections are to be read again. The log, not the event, says which; secrets are in neither. */
export const rereadDue = defineEvent({
  type: 'reread.due.v1',
  summary: 'Connections are to be read again with secrets that came late',
  schema: RereadDue,
  codec: json<RereadDue>(),
  example: { lane: 'reread/2' },
})
