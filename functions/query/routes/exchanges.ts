import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { notFound } from '../../problem.ts'
import { withBodies } from '../bodies.ts'
import { PageQuery, parseSorting } from '../page.ts'
import type { QueryPorts } from '../ports.ts'
import { parseRange } from '../range.ts'
import { waiting } from '../waiting.ts'

export const exchangeRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/exchanges',
      {
        schema: {
          summary: 'Calls, page by page, without bodies',
          querystring: Type.Object({
            ...PageQuery,
            sort: Type.Optional(
              Type.String({ description: 'A field that is a quantity or a keyword, with - before it for the largest first; else by time' }),
            ),
          }),
          response: {
            200: Type.Object({
              total: Type.Integer(),
              items: Type.Array(Type.Unsafe<ExchangeDocument>(Type.Ref('Exchange'))),
              next: Type.Optional(Type.String()),
            }),
          },
        },
        serializerCompiler: () => JSON.stringify,
      },
      async ({ query }, reply) => {
        const { size = 50, order = 'newest', after } = query
        const search = { ...parseRange(query), size, order, sort: parseSorting(query.sort), after }
        return ports.store.find({ ...ports.scope(), signal: waiting(reply) }, 'exchanges', search)
      },
    )

    app.get(
      '/exchanges/:id',
      {
        schema: {
          summary: 'One call with its bodies',
          params: Type.Object({ id: Type.String() }),
          response: { 200: Type.Unsafe<ExchangeDocument>(Type.Ref('Exchange')) },
        },
        serializerCompiler: () => JSON.stringify,
      },
      async ({ params }) => {
        const document = await ports.store.get(ports.scope(), 'exchanges', params.id)
        if (!document) throw notFound('exchange', params.id)
        return withBodies(ports.blobs, document)
      },
    )
  }
