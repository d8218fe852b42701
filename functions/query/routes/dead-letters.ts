import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { notFound, Problem } from '../../problem.ts'
import type { QueryPorts } from '../ports.ts'

const DeadLetter = Type.Object({
  id: Type.String(),
  time: Type.String(),
  event: Type.Object({
    id: Type.String(),
    type: Type.String(),
    source: Type.String(),
    subject: Type.Optional(Type.String()),
    bytes: Type.Integer(),
  }),
  function: Type.String(),
  reason: Type.String(),
  attempts: Type.Integer(),
})

export const deadLetterRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/dead-letters',
      {
        schema: {
          summary: 'Events that kept failing, each with its reason',
          response: { 200: Type.Object({ items: Type.Array(DeadLetter) }) },
        },
      },
      async () => ({ items: await ports.deadLetters.list() }),
    )

    app.post(
      '/dead-letters/:id',
      {
        schema: {
          summary: 'Sends a dead letter again',
          params: Type.Object({ id: Type.String() }),
          response: { 202: Type.Object({ id: Type.String() }) },
        },
      },
      async ({ params }, reply) => {
        const listed = (await ports.deadLetters.list()).find(({ id }) => id === params.id)
        const letter = await ports.deadLetters.take(params.id)
        if (!listed || !letter) throw notFound('dead letter', params.id)
        try {
          await ports.resend(letter.function, letter.event)
        } catch (error) {
          await ports.deadLetters.keep(letter.event, letter.function, listed.reason, listed.attempts)
          throw new Problem(503, 'Not sent', `The event stays among the dead letters: ${(error as Error).message}`)
        }
        return reply.code(202).send({ id: params.id })
      },
    )
  }
