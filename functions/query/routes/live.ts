import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { compile } from '#engines/query/compile.ts'
import { keysOf } from '#engines/query/dimensions.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { keyText, parseDimension } from '../grouping.ts'
import type { QueryPorts } from '../ports.ts'
import { parseFilter, RangeQuery } from '../range.ts'

const BEAT_MS = 15_000
/** A reader that takes no data for so many bytes is let go rather than held in memory. */
const MOST_UNREAD = 8 << 20

export const liveRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/live',
      {
        schema: {
          summary:
            'Calls as they are stored, as server-sent events: `exchanges` with { items, counted, skipped, bins }, `status` with an agent’s status',
          description:
            'At most 200 calls are sent in a second. counted: how many calls more there are, exactly; skipped: those of them that are not sent. bins: by how much each bin { time, key, count } changed; left out where other processes store calls too',
          querystring: Type.Object({
            q: RangeQuery.q,
            by: Type.Optional(Type.String({ description: 'What bins are told apart by, as of the histogram; with width' })),
            width: Type.Optional(Type.Integer({ minimum: 1, description: 'Of bins, ms' })),
          }),
          produces: ['text/event-stream'],
        },
      },
      (request, reply) => {
        const { q, by, width } = request.query
        const dimension = by === undefined ? undefined : parseDimension(by)
        const watch = {
          matches: compile(parseFilter(q)),
          ...(dimension && width && { bins: { width, keysOf: (document: ExchangeDocument) => keysOf(dimension, document).map(keyText) } }),
        }
        const out = reply.raw
        reply.hijack()
        out.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        out.write('retry: 1000\n\n')
        const stop = ports.live.watch(watch, ({ event, data }) => {
          if (out.writableLength > MOST_UNREAD) out.destroy()
          else out.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
        })
        const beat = setInterval(() => out.write(': beat\n\n'), BEAT_MS)
        out.on('close', () => {
          clearInterval(beat)
          stop()
        })
      },
    )
  }
