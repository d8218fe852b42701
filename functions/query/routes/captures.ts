import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Upload } from '#events/documents/upload.ts'
import { notFound, Problem } from '../../problem.ts'
import type { QueryPorts } from '../ports.ts'

export const captureRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/captures',
      {
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          summary: 'Analyses a file as the body: a capture (pcap or pcapng) or an HTTP Archive (HAR 1.2), plain, gzip or zstd',
          querystring: Type.Object({ name: Type.String({ minLength: 1, maxLength: 255 }) }),
          response: { 202: Upload },
        },
      },
      async (request, reply) => {
        if (!ports.uploads) throw new Problem(501, 'Not here', 'This Spider takes no uploads: send captures with "spider whisperer".')
        const upload = await ports.uploads.start(request.query.name, request.body as AsyncIterable<Uint8Array>)
        return reply.code(202).header('location', `/api/v1/captures/${upload.id}`).send(upload)
      },
    )

    app.get(
      '/captures/:id',
      {
        schema: { summary: 'How far the analysis of an upload is', params: Type.Object({ id: Type.String() }), response: { 200: Upload } },
      },
      async ({ params }) => {
        const upload = ports.uploads?.get(params.id)
        if (!upload) throw notFound('capture', params.id)
        return upload
      },
    )
  }
