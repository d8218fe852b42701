import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { ExchangeDocument } from '#events/documents/exchange.ts'
import { SessionDocument } from '#events/documents/session.ts'
import { StatusDocument } from '#events/documents/status.ts'
import { answerProblem, Problem, ProblemDocument, sendProblem } from '../problem.ts'
import { healthAnswer } from './health.ts'
import type { QueryPorts } from './ports.ts'
import { agentRoutes } from './routes/agents.ts'
import { aggregateRoutes } from './routes/aggregate.ts'
import { bodyRoutes } from './routes/bodies.ts'
import { captureRoutes } from './routes/captures.ts'
import { contractRoutes } from './routes/contracts.ts'
import { deadLetterRoutes } from './routes/dead-letters.ts'
import { exchangeRoutes } from './routes/exchanges.ts'
import { exportRoutes } from './routes/export.ts'
import { hostRoutes } from './routes/hosts.ts'
import { keyLogRoutes } from './routes/keylogs.ts'
import { licenseRoutes } from './routes/license.ts'
import { liveRoutes } from './routes/live.ts'
import { localCaptureRoutes } from './routes/local-captures.ts'
import { overviewRoutes } from './routes/overview.ts'
import { replayRoutes } from './routes/replay.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { usageRoutes } from './routes/usage.ts'
import { viewRoutes } from './routes/views.ts'

/** The read side as one Fastify instance, not listening yet. OpenAPI 3.1 is made from the routes: /api/openapi.json. */
export async function createApi(ports: QueryPorts, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify({ ...options, routerOptions: { ignoreTrailingSlash: true } }).withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler(answerProblem)
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, 'Not found', `There is nothing at ${request.method} ${request.url}.`), request.url),
  )
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Spider',
        version: '1',
        description: 'What the parts of a distributed system said to each other. Times are ISO 8601 or milliseconds since 1970.',
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `schema-${index}`) },
  })
  for (const schema of [ExchangeDocument, SessionDocument, StatusDocument, ProblemDocument]) app.addSchema(schema)
  const routes = [
    exchangeRoutes,
    exportRoutes,
    contractRoutes,
    sessionRoutes,
    overviewRoutes,
    aggregateRoutes,
    agentRoutes,
    hostRoutes,
    usageRoutes,
    liveRoutes,
    captureRoutes,
    localCaptureRoutes,
    keyLogRoutes,
    deadLetterRoutes,
    bodyRoutes,
    replayRoutes,
    licenseRoutes,
    viewRoutes,
  ]
  for (const route of routes) await app.register(route(ports), { prefix: '/api/v1' })
  app.get('/healthz', { schema: { summary: 'That Spider answers' } }, async () => ({ status: 'ok', ...(await ports.health()) }))
  app.get(
    '/health',
    { schema: { summary: 'Whether store, state and blobs can be used, with the reason where not: 200 or 503' } },
    async (_request, reply) => {
      const { code, body } = healthAnswer(await ports.health())
      return reply.code(code).send(body)
    },
  )
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  return app
}
