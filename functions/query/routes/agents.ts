import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { StatusDocument } from '#events/documents/status.ts'
import type { QueryPorts } from '../ports.ts'
import { silentFrom } from '../quality.ts'

export const agentRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/agents',
      {
        schema: {
          summary: 'The agents, each with the last it said of itself',
          response: { 200: Type.Object({ items: Type.Array(Type.Unsafe<StatusDocument>(Type.Ref('Status'))) }) },
        },
        serializerCompiler: () => JSON.stringify,
      },
      async () => {
        const items = await ports.store.latestStatuses(ports.scope())
        return {
          items: items.map((status) => {
            const lastSeen = Date.parse(status['@timestamp'])
            return { ...status, last_seen: lastSeen, silent: status.spider.state === 'capturing' && ports.now() > silentFrom(status) }
          }),
        }
      },
    )
  }
