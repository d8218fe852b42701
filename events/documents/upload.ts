import { type Static, Type } from 'typebox'

/** An uploaded capture and how far its analysis is. */
export const Upload = Type.Object({
  id: Type.String(),
  name: Type.String(),
  bytes: Type.Integer({ description: 'Size of the upload; 0 while unknown' }),
  read: Type.Integer(),
  packets: Type.Integer(),
  calls: Type.Optional(Type.Integer({ description: 'Of an HTTP Archive, which has no packets' })),
  state: Type.Union([Type.Literal('reading'), Type.Literal('done'), Type.Literal('failed')]),
  message: Type.Optional(Type.String()),
})
export type Upload = Static<typeof Upload>
