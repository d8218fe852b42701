import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { notFound, Problem } from '../../problem.ts'
import { withBodies } from '../bodies.ts'
import { jsonOnly } from '../json-only.ts'
import type { QueryPorts } from '../ports.ts'
import { NotSent, sendAgain } from '../replay/send.ts'

const Answer = Type.Object({
  status_code: Type.Integer(),
  reason: Type.String(),
  headers: Type.Array(Type.Array(Type.String(), { minItems: 2, maxItems: 2 })),
  body: Type.Object({
    bytes: Type.Integer(),
    content: Type.String(),
    encoding: Type.Union([Type.Literal('utf-8'), Type.Literal('base64')]),
    truncated: Type.Optional(Type.Boolean()),
  }),
  duration: Type.Integer({ description: 'µs' }),
  address: Type.String({ description: 'Where it was sent' }),
})

export const replayRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/replay',
      { schema: { summary: 'Whether requests can be sent again', response: { 200: Type.Object({ enabled: Type.Boolean() }) } } },
      async () => ({ enabled: ports.replayTargets !== undefined }),
    )

    app.post(
      '/exchanges/:id/replay',
      {
        schema: {
          summary: 'Sends the request of a call again, to a target that the settings allow, and answers what came back',
          params: Type.Object({ id: Type.String() }),
          body: Type.Object({ confirm: Type.Literal(true, { description: 'The request is really sent, and does what it does' }) }),
          response: { 200: Answer },
        },
      },
      async ({ params, headers }) => {
        const targets = ports.replayTargets
        if (!targets)
          throw new Problem(
            403,
            'Not allowed',
            'No request is sent again unless SPIDER_REPLAY_TARGETS says where to; see docs/settings.md.',
          )
        jsonOnly(headers)
        const document = await ports.store.get(ports.scope(), 'exchanges', params.id)
        if (!document) throw notFound('exchange', params.id)
        try {
          return await sendAgain(await withBodies(ports.blobs, document), targets)
        } catch (error) {
          if (!(error instanceof NotSent)) throw error
          throw new Problem(error.refused ? 403 : 504, error.refused ? 'Not allowed' : 'No answer', error.message)
        }
      },
    )
  }
