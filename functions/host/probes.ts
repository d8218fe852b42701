import type { HttpFunction } from '@google-cloud/functions-framework'
import { healthAnswer } from '../query/health.ts'
import type { Ports } from './adapters.ts'
import { healthOf } from './health.ts'
import type { PortName } from './needs.ts'

/**
 * Answers, before the function does, what a platform asks of an instance: `GET /alive`, 200 as long as it answers at all; `GET /ready`, 200 once what the function works with is open; and
 * `GET /health`, 200 or 503 with the state of each part. None is the function's own work.
 */
export const withProbes =
  (ports: Ports, needs: readonly PortName[], serve: HttpFunction): HttpFunction =>
  async (request, response) => {
    const asked = request.method === 'GET' || request.method === 'HEAD' ? request.path : undefined
    if (asked === '/alive') response.status(200).json({ alive: true })
    else if (asked === '/ready') {
      const waiting = needs.filter((name) => !ports.isOpen(name))
      response.status(waiting.length === 0 ? 200 : 503).json({ ready: waiting.length === 0, waiting })
    } else if (asked === '/health') {
      const { code, body } = healthAnswer(await healthOf(Object.fromEntries(needs.map((name) => [name, ports[name]]))))
      response.status(code).json(body)
    } else await serve(request, response)
  }
