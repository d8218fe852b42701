import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { answerProblem, Problem, sendProblem } from '../../problem.ts'
import { type LicenseServerPorts, licenseServerRoutes } from './api.ts'

/** The license server, not listening yet: the API, its OpenAPI document and the vendor's public keys. */
export async function createLicenseServer(ports: LicenseServerPorts, options: FastifyServerOptions = {}): Promise<FastifyInstance> {
  const app = Fastify(options).withTypeProvider<TypeBoxTypeProvider>()
  app.setErrorHandler(answerProblem)
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, 'Not found', `There is nothing at ${request.method} ${request.url}.`), request.url),
  )
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'Spider license server', version: '1' } } })
  await app.register(licenseServerRoutes(ports), { prefix: '/api/v1' })
  app.get('/.well-known/jwks.json', { schema: { summary: 'The vendor’s public keys (RFC 7517)' } }, async () => ports.keys.published())
  app.get('/health', { schema: { summary: 'That the license server answers' } }, async () => ({ status: 'ok' }))
  app.get('/api/openapi.json', { schema: { hide: true } }, async () => app.swagger())
  return app
}
