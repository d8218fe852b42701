import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { createApi } from '../query/api.ts'
import type { QueryPorts } from '../query/ports.ts'
import { eventRoutes, type Intake } from './intake.ts'

export const POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"

/** Everything that one process answers over HTTP: the API, `/events` for agents, and the page from `page` (a folder), not listening yet. */
export async function createServer(ports: QueryPorts, intake: Intake, page: string): Promise<FastifyInstance> {
  const app = await createPages(ports, page)
  await app.register(eventRoutes(intake))
  return app
}

/** The API and the page, not listening yet. */
export async function createPages(ports: QueryPorts, page: string): Promise<FastifyInstance> {
  const app = await createApi(ports, { logger: { level: 'error' }, forceCloseConnections: true })
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('content-security-policy')) void reply.header('content-security-policy', POLICY)
    void reply.header('x-content-type-options', 'nosniff')
  })
  if (existsSync(page)) await app.register(fastifyStatic, { root: page, wildcard: false })
  return app
}
