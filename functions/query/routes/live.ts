import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { compile } from '#engines/query/compile.ts'
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
            'Calls as they are stored, as server-sent events: `exchanges` with { items, counted, skipped }, `status` with an agent’s status',
          querystring: Type.Object({ q: RangeQuery.q }),
          produces: ['text/event-stream'],
        },
      },
      (request, reply) => {
        const matches = compile(parseFilter(request.query.q))
        const out = reply.raw
        reply.hijack()
        out.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
        out.write('retry: 1000\n\n')
        const stop = ports.live.watch(matches, ({ event, data }) => {
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
