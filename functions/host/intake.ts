import type { FastifyPluginAsync } from 'fastify'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import type { Bus } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { registry } from '#events/registry.ts'
import { tlsSecrets } from '#events/tls-secrets.ts'
import type { Handler } from '../declare.ts'
import { Problem, sendProblem } from '../problem.ts'
import { outcomeOf, retryAfterOf } from './problems.ts'
import { checkSource } from './sources.ts'

/** Where agents' events come in. Packets and secrets are durable when `publish` resolves: they go to `ingest` itself, not through a queue. */
export interface Intake extends Bus {
  /** Events that did not fit their schema, since the start. */
  refused(): number
  refuse(): void
}

const DURABLE = new Set([packetsCaptured.type, tlsSecrets.type])

export function createIntake(ingest: Handler, bus: Bus): Intake {
  let refused = 0
  return {
    publish: (event: Event) => (DURABLE.has(event.type) ? ingest(event) : bus.publish(event)),
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
        const event = decodeCloudEvent(request.headers, (request.body as Buffer | undefined) ?? new Uint8Array(), registry)
        checkSource(event)
        await intake.publish(event)
        return reply.code(202).send()
      } catch (error) {
        const { status, type, title } = outcomeOf(error as Error)
        if (status === 500) throw error
        if (status === 503) void reply.header('retry-after', retryAfterOf(error as Error))
        else intake.refuse()
        return sendProblem(reply, new Problem(status, title, (error as Error).message, { type }), request.url)
      }
    })
  }
