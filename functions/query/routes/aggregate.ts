import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Groups } from '#events/documents/groups.ts'
import { METRICS, parseGroupBy, parseMetrics, parseSort, widthFor } from '../grouping.ts'
import type { QueryPorts } from '../ports.ts'
import { boundedRange, RangeQuery } from '../range.ts'
import { waiting } from '../waiting.ts'

export const aggregateRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/aggregate',
      {
        schema: {
          summary: 'Calls or sessions counted and measured, grouped by up to four fields, computed in the store',
          description:
            'For example, links of a map: by=client.address,server.address,network.protocol,status_class. A heat map of durations: by=time,event.duration:log4&sort=key.',
          querystring: Type.Object({
            ...RangeQuery,
            family: Type.Optional(Type.Union([Type.Literal('exchanges'), Type.Literal('sessions')], { default: 'exchanges' })),
            by: Type.Optional(
              Type.String({
                description:
                  'Up to four, with commas between: fields, status_class, client.address, server.address (name, else address); `time`, or `time:60000` (ms); of quantities `event.duration:1000000` (so wide) or `event.duration:log4` (so many from 1 to 10)',
              }),
            ),
            metrics: Type.Optional(
              Type.String({
                description: `Of ${METRICS.join(', ')}, with commas between. errors: failures and 5xx. bytes: on the wire. first, last: ms since 1970. The others are of the duration, in ns; percentiles within 2 %`,
              }),
            ),
            sort: Type.Optional(Type.String({ default: '-count', description: 'count, key or a metric; with - the largest first' })),
            most: Type.Optional(Type.Integer({ minimum: 1, maximum: 50_000, default: 100, description: 'Groups answered at most' })),
            bins: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000, default: 200, description: 'Of `time`, at most' })),
          }),
          response: {
            200: Groups,
          },
        },
        serializerCompiler: () => JSON.stringify,
      },
      async ({ query }, reply) => {
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const { from, to, filter } = await boundedRange(ports.store, scope, query)
        const width = widthFor(Math.max(1, to - from), query.bins ?? 200)
        const groupBy = parseGroupBy(query.by, width)
        const sort = parseSort(query.sort)
        const metrics = parseMetrics(query.metrics)
        if (sort.by !== 'count' && sort.by !== 'key' && !metrics.includes(sort.by)) metrics.push(sort.by)
        const asked = { from, to, filter, groupBy, metrics, sort, most: query.most ?? 100 }
        return { from, to, width, ...(await ports.store.aggregate(scope, query.family ?? 'exchanges', asked)) }
      },
    )
  }
