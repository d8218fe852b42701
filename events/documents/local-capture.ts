import { type Static, Type } from 'typebox'

/** What a capture on the server's own machine takes, and when it ends by itself. */
export const LocalCaptureRequest = Type.Object({
  interfaces: Type.Array(Type.String({ pattern: '^[^\\s,]{1,64}$' }), {
    minItems: 1,
    maxItems: 16,
    description: 'Names as the system has them; any alone: all at once',
  }),
  filter: Type.String({ maxLength: 4096, description: 'Which packets, in pcap-filter syntax; empty: all' }),
  seconds: Type.Integer({ minimum: 1, maximum: 86_400, description: 'It ends by itself after so long' }),
  bytes: Type.Integer({ minimum: 1024, maximum: 2 ** 40, description: '… or when it has captured so much' }),
})
export type LocalCaptureRequest = Static<typeof LocalCaptureRequest>

export const LocalCapture = Type.Object({
  ...LocalCaptureRequest.properties,
  id: Type.String({ description: 'agent.id of the agent that captures' }),
  state: Type.Union([Type.Literal('capturing'), Type.Literal('stopping'), Type.Literal('ended'), Type.Literal('failed')]),
  started: Type.Number({ description: 'ms since 1970' }),
  ended: Type.Optional(Type.Number({ description: 'ms since 1970' })),
  captured: Type.Object({ packets: Type.Integer(), bytes: Type.Integer() }),
  dropped: Type.Integer({ description: 'Packets dropped by kernel or interface' }),
  reason: Type.Optional(Type.Union([Type.Literal('stopped'), Type.Literal('time'), Type.Literal('size')], { description: 'Why it ended' })),
  message: Type.Optional(Type.String({ description: 'What went wrong' })),
})
export type LocalCapture = Static<typeof LocalCapture>

/** Whether captures can be started on the machine of the server, where, and those that were, the newest first. */
export const LocalCaptureList = Type.Object({
  enabled: Type.Boolean(),
  interfaces: Type.Array(Type.Object({ name: Type.String(), addresses: Type.Array(Type.String()) })),
  items: Type.Array(LocalCapture),
})
export type LocalCaptureList = Static<typeof LocalCaptureList>
