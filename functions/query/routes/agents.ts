import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { StatusDocument } from '#events/documents/status.ts'
import { notFound } from '../../problem.ts'
import type { QueryPorts } from '../ports.ts'
import { silentFrom } from '../quality.ts'
import { waiting } from '../waiting.ts'

/** What charts of an agent show: sums since it started, and what waits on its disk. */
const Point = Type.Object({
  time: Type.Number({ description: 'ms since 1970' }),
  captured: Type.Integer({ description: 'Packets' }),
  lost: Type.Integer({ description: 'Packets dropped by kernel, interface or agent' }),
  spool: Type.Integer({ description: 'Bytes' }),
})
const LAST_MS = 3_600_000
const MOST_POINTS = 500

const pointOf = ({ '@timestamp': at, spider: { captured, dropped, overflow, spool } }: StatusDocument) => ({
  time: Date.parse(at),
  captured: captured.packets,
  lost: dropped.kernel + dropped.interface + overflow.packets,
  spool: spool.bytes,
})

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

    app.get(
      '/agents/:id/statuses',
      {
        schema: {
          summary: 'How an agent did in the last hour before it spoke last: a point for each status, the oldest first',
          params: Type.Object({ id: Type.String({ description: 'agent.id: one start of it' }) }),
          response: { 200: Type.Object({ items: Type.Array(Point) }) },
        },
      },
      async ({ params: { id } }, reply) => {
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const last = (await ports.store.latestStatuses(scope)).find(({ agent }) => agent.id === id)
        if (!last) throw notFound('agent', id)
        const to = Date.parse(last['@timestamp']) + 1
        const filter = { kind: 'compare', field: 'agent.id', op: '=', value: id } as const
        const { items } = await ports.store.find(scope, 'status', { from: to - LAST_MS, to, filter, size: MOST_POINTS, order: 'newest' })
        return { items: items.map(pointOf).reverse() }
      },
    )
  }
