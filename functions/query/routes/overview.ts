import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { QueryPorts } from '../ports.ts'
import { qualityOf } from '../quality.ts'
import { parseRange, RangeQuery } from '../range.ts'

const By = Type.Union(
  [
    Type.Literal('status_class'),
    Type.Literal('spider.status'),
    Type.Literal('server'),
    Type.Literal('network.protocol'),
    Type.Literal('event.outcome'),
  ],
  { default: 'status_class' },
)
/** Widths of bins that people can read, ms. */
const WIDTHS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 3e4, 6e4, 12e4, 3e5, 6e5, 12e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5,
]

const widthFor = (span: number, bins: number): number =>
  WIDTHS.find((width) => span / width <= bins) ?? Math.ceil(span / bins / 864e5) * 864e5

export const overviewRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    /** The range asked for, drawn in to what is there. */
    const bounded = async (query: { from?: string; to?: string; q?: string }) => {
      const range = parseRange(query)
      if (query.from && query.to) return range
      const extent = await ports.store.extent(ports.scope())
      return { ...range, from: Math.max(range.from, extent?.from ?? range.from), to: Math.min(range.to, (extent?.to ?? range.from) + 1) }
    }

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
              bins: Type.Array(
                Type.Object({ time: Type.Number({ description: 'ms since 1970' }), key: Type.String(), count: Type.Integer() }),
              ),
            }),
          },
        },
      },
      async ({ query }) => {
        const { from, to, filter } = await bounded(query)
        const by = query.by ?? 'status_class'
        const width = widthFor(Math.max(1, to - from), query.bins ?? 200)
        return { from, to, width, by, bins: await ports.store.histogram(ports.scope(), { from, to, filter }, { width, by }) }
      },
    )

    app.get(
      '/quality',
      {
        schema: {
          summary: 'How much of the truth is there, minute by minute, and why the rest is not',
          querystring: Type.Object({ from: RangeQuery.from, to: RangeQuery.to }),
          response: {
            200: Type.Object({
              width: Type.Integer(),
              bins: Type.Array(
                Type.Object({
                  time: Type.Number(),
                  complete: Type.Integer(),
                  incomplete: Type.Integer(),
                  malformed: Type.Integer(),
                  pending: Type.Integer(),
                  captured: Type.Integer({ description: 'Packets' }),
                  kernel: Type.Integer({ description: 'Packets dropped by the kernel' }),
                  overflow: Type.Integer({ description: 'Packets dropped by the agent' }),
                  silent: Type.Array(Type.String(), { description: 'Agents that should have spoken and did not' }),
                }),
              ),
            }),
          },
        },
      },
      async ({ query }) => {
        const { from, to } = await bounded(query)
        return qualityOf(ports.store, ports.scope(), from, to, ports.now())
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
      async ({ query }) => ({
        items: await ports.store.values(ports.scope(), parseRange(query), query.field, query.prefix ?? '', query.size ?? 20),
      }),
    )
  }
