import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { readRules } from '#engines/http/template.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { Problem } from '../../problem.ts'
import { readBody } from '../bodies.ts'
import { Contract } from '../contracts/openapi.ts'
import { pagesOf } from '../export/calls.ts'
import type { QueryPorts } from '../ports.ts'
import { parseRange, RangeQuery } from '../range.ts'
import { waiting } from '../waiting.ts'

const MOST_CALLS = 5_000
const LARGEST_BODY = 256 << 10

export const contractRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/contracts/openapi',
      {
        schema: {
          summary: 'An OpenAPI 3.1 document of the calls of HTTP that fit: what was asked and answered',
          description: `Paths by template, methods, parameters, status codes, and schemas of JSON bodies, of the newest ${MOST_CALLS} calls at most.`,
          querystring: Type.Object({
            ...RangeQuery,
            most: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_CALLS, default: MOST_CALLS, description: 'Calls looked at' })),
            templates: Type.Optional(
              Type.String({ description: 'Templates of paths that come before those that are found, with commas between: /users/{name}' }),
            ),
          }),
          produces: ['application/vnd.oai.openapi+json'],
        },
      },
      async ({ query }, reply) => {
        const { rules, faults } = readRules((query.templates ?? '').replaceAll(',', '\n'))
        if (faults.length > 0) throw new Problem(400, 'Bad request', `templates: ${faults[0]}`)
        const range = parseRange(query)
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const http = { kind: 'exists', field: 'http.request.method' } as const
        const filter = { kind: 'and' as const, of: [range.filter, http] }
        const contract = new Contract(rules)
        const { pages } = await pagesOf(ports.store, scope, { range: { ...range, filter }, most: query.most ?? MOST_CALLS })
        for await (const calls of pages)
          for (const call of calls) {
            for (const side of contract.add(call)) {
              const text = await bodyOf(ports, call, side)
              if (text !== undefined) contract.body(call, side, text)
            }
            scope.signal.throwIfAborted()
          }
        return reply
          .type('application/vnd.oai.openapi+json; version=3.1')
          .header('cache-control', 'no-store')
          .send(JSON.stringify(contract.document(), null, 2))
      },
    )
  }

async function bodyOf({ blobs }: QueryPorts, call: ExchangeDocument, side: 'request' | 'response'): Promise<string | undefined> {
  const body = call.http?.[side]?.body
  if (!body || body.bytes > LARGEST_BODY) return undefined
  const bytes = await readBody(blobs, body)
  return bytes && new TextDecoder().decode(bytes)
}
