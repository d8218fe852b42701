import { type Static, Type } from 'typebox'

/** A packet of a session, as a list of them shows it. */
export const SessionPacket = Type.Object({
  number: Type.Integer({ description: 'In the session, from 1' }),
  time: Type.Number({ description: 'µs since 1970' }),
  side: Type.Union([Type.Literal('client'), Type.Literal('server')]),
  sequence: Type.Integer({ description: 'Relative to the first of its side' }),
  acknowledgement: Type.Integer({ description: 'Relative to the first of the other side' }),
  flags: Type.String({ description: 'SYN,ACK' }),
  length: Type.Integer({ description: 'Payload bytes' }),
  window: Type.Integer(),
  captured: Type.Integer({ description: 'Bytes that were captured of it' }),
  block: Type.String({ description: 'Id of the block of packets that it lies in' }),
})
export type SessionPacket = Static<typeof SessionPacket>
