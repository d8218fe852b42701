import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { SessionDocument } from '#events/documents/session.ts'
import { SessionPacket } from '#events/documents/session-packet.ts'
import { notFound, Problem } from '../../problem.ts'
import { PageQuery } from '../page.ts'
import type { QueryPorts } from '../ports.ts'
import { parseRange } from '../range.ts'
import { exportPackets, listPackets } from '../session-packets.ts'
import { sessionKeyLog } from '../session-secrets.ts'

const MOST_PACKETS = 10_000
const ById = Type.Object({ id: Type.String() })

export const sessionRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    const find = async (id: string): Promise<SessionDocument> => {
      const document = await ports.store.get(ports.scope(), 'sessions', id)
      if (!document) throw notFound('session', id)
      return document
    }

    const keyLogOf = async (id: string): Promise<string> => {
      if (!ports.secrets?.mayExport)
        throw new Problem(
          403,
          'Not allowed',
          'This Spider gives no secrets with a capture: whoever runs it can set SPIDER_SECRETS_EXPORT to true.',
        )
      const keyLog = await sessionKeyLog(ports.store, ports.scope(), ports.secrets, id)
      if (keyLog === '') throw new Problem(404, 'No secrets', 'No secrets of this connection are known (any more): export it without them.')
      return keyLog
    }

    app.get(
      '/sessions',
      {
        schema: {
          summary: 'TCP connections, page by page',
          querystring: Type.Object(PageQuery),
          response: {
            200: Type.Object({
              total: Type.Integer(),
              items: Type.Array(Type.Unsafe<SessionDocument>(Type.Ref('Session'))),
              next: Type.Optional(Type.String()),
            }),
          },
        },
        serializerCompiler: () => JSON.stringify,
      },
      async ({ query }) => {
        const { size = 50, order = 'newest', after } = query
        return ports.store.find(ports.scope(), 'sessions', { ...parseRange(query), size, order, after })
      },
    )

    app.get(
      '/sessions/:id',
      {
        schema: { summary: 'One TCP connection', params: ById, response: { 200: Type.Unsafe<SessionDocument>(Type.Ref('Session')) } },
        serializerCompiler: () => JSON.stringify,
      },
      async ({ params }) => find(params.id),
    )

    app.get(
      '/sessions/:id/packets',
      {
        schema: {
          summary: 'The packets of a connection, the first 10,000',
          params: ById,
          response: { 200: Type.Object({ items: Type.Array(SessionPacket), total: Type.Integer() }) },
        },
      },
      async ({ params }) => listPackets(ports, ports.scope(), await find(params.id), MOST_PACKETS),
    )

    app.get(
      '/sessions/:id/packets.pcapng',
      {
        schema: {
          summary: 'The packets of a connection as a capture file: all of them, or a part',
          params: ById,
          querystring: Type.Object({
            first: Type.Integer({ minimum: 1, default: 1, description: 'Number of the first one' }),
            count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'At most so many' })),
            bytes: Type.Optional(Type.Integer({ minimum: 1, description: 'Ends with the packet that makes it so many bytes' })),
            secrets: Type.Boolean({ default: false, description: 'With the secrets that open its TLS, as a Decryption Secrets Block' }),
          }),
          produces: ['application/x-pcapng'],
        },
      },
      async ({ params, query }, reply) => {
        const { first, count = Number.POSITIVE_INFINITY, bytes: most = Number.POSITIVE_INFINITY } = query
        const session = await find(params.id)
        const keyLog = query.secrets ? await keyLogOf(session.event.id) : ''
        const bytes = await exportPackets(ports, ports.scope(), session, { first, count, bytes: most }, { keyLog })
        return reply
          .type('application/x-pcapng')
          .header('content-disposition', `attachment; filename="session-${params.id.slice(0, 32).replace(/[^0-9a-zA-Z-]/g, '')}.pcapng"`)
          .send(Buffer.from(bytes))
      },
    )
  }
