import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { LocalCapture, LocalCaptureList, LocalCaptureRequest } from '#events/documents/local-capture.ts'
import { notFound, Problem } from '../../problem.ts'
import { jsonOnly } from '../json-only.ts'
import type { QueryPorts } from '../ports.ts'

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
            200: LocalCaptureList,
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
          body: LocalCaptureRequest,
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
