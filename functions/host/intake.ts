import type { FastifyPluginAsync } from 'fastify'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import { type Bus, Permanent, Transient } from '#adapters/bus/port.ts'
import { type Event, InvalidEvent } from '#events/define.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { registry } from '#events/registry.ts'
import type { Handler } from '../declare.ts'
import { Problem, sendProblem } from '../query/problem.ts'

/** Where agents' events come in. Packets are durable when `publish` resolves: they go to `ingest` itself, not through a queue. */
export interface Intake extends Bus {
  /** Events that did not fit their schema, since the start. */
  refused(): number
  refuse(): void
}

export function createIntake(ingest: Handler, bus: Bus): Intake {
  let refused = 0
  return {
    publish: (event: Event) => (event.type === packetsCaptured.type ? ingest(event) : bus.publish(event)),
    refused: () => refused,
    refuse: () => {
      refused++
    },
  }
}

/** `POST /events`: CloudEvents 1.0 in binary mode. 202 when the event is kept; problems are RFC 9457 documents, 503 with Retry-After for what may succeed later. */
export const eventRoutes =
  (intake: Intake, limitBytes = 16 << 20): FastifyPluginAsync =>
  async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: limitBytes }, (_request, body, done) => done(null, body))

    app.post('/events', { schema: { summary: 'Takes a CloudEvent (binary mode) from an agent' } }, async (request, reply) => {
      try {
        await intake.publish(decodeCloudEvent(request.headers, (request.body as Buffer | undefined) ?? new Uint8Array(), registry))
        return reply.code(202).send()
      } catch (error) {
        if (error instanceof InvalidEvent || error instanceof Permanent) {
          intake.refuse()
          return sendProblem(reply, new Problem(400, 'The event does not fit', error.message), request.url)
        }
        if (error instanceof Transient) {
          void reply.header('retry-after', String(Math.max(1, Math.ceil((error.retryAfterMs ?? 1000) / 1000))))
          return sendProblem(reply, new Problem(503, 'Try again later', error.message), request.url)
        }
        throw error
      }
    })
  }
