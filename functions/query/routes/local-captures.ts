import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { notFound, Problem } from '../../problem.ts'
import { jsonOnly } from '../json-only.ts'
import type { QueryPorts } from '../ports.ts'

const Request = Type.Object({
  interfaces: Type.Array(Type.String({ pattern: '^[^\\s,]{1,64}$' }), {
    minItems: 1,
    maxItems: 16,
    description: 'Names as the system has them; any alone: all at once',
  }),
  filter: Type.String({ maxLength: 4096, description: 'Which packets, in pcap-filter syntax; empty: all' }),
  seconds: Type.Integer({ minimum: 1, maximum: 86_400, description: 'It ends by itself after so long' }),
  bytes: Type.Integer({ minimum: 1024, maximum: 2 ** 40, description: '… or when it has captured so much' }),
})
const LocalCapture = Type.Object({
  ...Request.properties,
  id: Type.String({ description: 'agent.id of the agent that captures' }),
  state: Type.Union([Type.Literal('capturing'), Type.Literal('stopping'), Type.Literal('ended'), Type.Literal('failed')]),
  started: Type.Number({ description: 'ms since 1970' }),
  ended: Type.Optional(Type.Number({ description: 'ms since 1970' })),
  captured: Type.Object({ packets: Type.Integer(), bytes: Type.Integer() }),
  dropped: Type.Integer({ description: 'Packets dropped by kernel or interface' }),
  reason: Type.Optional(Type.Union([Type.Literal('stopped'), Type.Literal('time'), Type.Literal('size')], { description: 'Why it ended' })),
  message: Type.Optional(Type.String({ description: 'What went wrong' })),
})

/** Captures on the machine of the server itself. */
export const localCaptureRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    const captures = () => {
      if (ports.localCaptures) return ports.localCaptures
      throw new Problem(501, 'Not here', 'This Spider captures nothing itself: start "spider whisperer" where the traffic is.')
    }

    app.get(
      '/local-captures',
      {
        schema: {
          summary: 'Whether captures can be started on the machine of this server, where, and those that were, the newest first',
          response: {
            200: Type.Object({
              enabled: Type.Boolean(),
              interfaces: Type.Array(Type.Object({ name: Type.String(), addresses: Type.Array(Type.String()) })),
              items: Type.Array(LocalCapture),
            }),
          },
        },
      },
      async () => ({
        enabled: ports.localCaptures !== undefined,
        interfaces: ports.localCaptures?.interfaces() ?? [],
        items: ports.localCaptures?.list() ?? [],
      }),
    )

    app.post(
      '/local-captures',
      {
        schema: {
          summary: 'Starts a capture on the machine of this server',
          description: 'Refused with 403 without the right to capture, with 422 for an interface or a filter; `field` says which.',
          body: Request,
          response: { 201: LocalCapture },
        },
        preValidation: async ({ headers }) => jsonOnly(headers),
      },
      async ({ body }, reply) => {
        const capture = await captures().start(body)
        return reply
          .code(201)
          .header('location', `/api/v1/local-captures/${encodeURIComponent(capture.id)}`)
          .send(capture)
      },
    )

    app.delete(
      '/local-captures/:id',
      {
        schema: {
          summary: 'Stops a capture; what it has captured is still sent',
          params: Type.Object({ id: Type.String() }),
          response: { 200: LocalCapture },
        },
      },
      async ({ params }) => {
        const capture = captures().stop(params.id)
        if (!capture) throw notFound('capture', params.id)
        return capture
      },
    )
  }
