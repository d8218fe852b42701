import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Bin } from '#events/documents/live.ts'
import { Quality } from '#events/documents/quality.ts'
import { keyText, parseGroupBy, widthFor } from '../grouping.ts'
import type { QueryPorts } from '../ports.ts'
import { qualityOf } from '../quality.ts'
import { boundedRange, parseRange, RangeQuery } from '../range.ts'
import { waiting } from '../waiting.ts'

/** Parts of bars answered at most: of values that are many, each bar has its own. */
const MOST_BARS = 20_000

/** What the timeline is told apart by. */
const By = Type.String({ default: 'status_class', description: 'A field, status_class, client.address or server.address' })

export const overviewRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/histogram',
      {
        schema: {
          summary: 'Calls counted per bin of time and value of a dimension',
          querystring: Type.Object({
            ...RangeQuery,
            bins: Type.Optional(Type.Integer({ minimum: 1, maximum: 2000, default: 200 })),
            by: Type.Optional(By),
          }),
          response: {
            200: Type.Object({
              from: Type.Number(),
              to: Type.Number(),
              width: Type.Number({ description: 'ms' }),
              by: By,
              bins: Type.Array(Bin),
            }),
          },
        },
      },
      async ({ query }, reply) => {
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const range = await boundedRange(ports.store, scope, query)
        const { from, to } = range
        const by = query.by ?? 'status_class'
        const width = widthFor(Math.max(1, to - from), query.bins ?? 200)
        const groupBy = [{ time: width }, ...parseGroupBy(by, width)]
        const sort = { by: 'key', order: 'asc' } as const
        const { groups } = await ports.store.aggregate(scope, 'exchanges', { ...range, groupBy, metrics: [], sort, most: MOST_BARS })
        return {
          from,
          to,
          width,
          by,
          bins: groups.map(({ key: [time, key], count }) => ({ time: Number(time), key: keyText(key), count })),
        }
      },
    )

    app.get(
      '/quality',
      {
        schema: {
          summary: 'How much of the truth is there, minute by minute, and why the rest is not',
          querystring: Type.Object({ from: RangeQuery.from, to: RangeQuery.to }),
          response: {
            200: Quality,
          },
        },
      },
      async ({ query }, reply) => {
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const { from, to } = await boundedRange(ports.store, scope, query)
        return qualityOf(ports.store, scope, from, to, ports.now())
      },
    )

    app.get(
      '/extent',
      {
        schema: {
          summary: 'First and last time of the calls that are there',
          response: { 200: Type.Object({ from: Type.Optional(Type.Number()), to: Type.Optional(Type.Number()), total: Type.Integer() }) },
        },
      },
      async () => (await ports.store.extent(ports.scope())) ?? { total: 0 },
    )

    app.get(
      '/values',
      {
        schema: {
          summary: 'The most frequent values of a field, for completion',
          querystring: Type.Object({
            ...RangeQuery,
            field: Type.String(),
            prefix: Type.Optional(Type.String()),
            size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 20 })),
          }),
          response: { 200: Type.Object({ items: Type.Array(Type.Object({ value: Type.String(), count: Type.Integer() })) }) },
        },
      },
      async ({ query }, reply) => ({
        items: await ports.store.values(
          { ...ports.scope(), signal: waiting(reply) },
          parseRange(query),
          query.field,
          query.prefix ?? '',
          query.size ?? 20,
        ),
      }),
    )
  }
