import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import type { Scope } from '#adapters/store/port.ts'
import { readRules } from '#engines/http/template.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { notFound, Problem } from '../../problem.ts'
import { readBody } from '../bodies.ts'
import { Contract } from '../contracts/openapi.ts'
import { Pacts } from '../contracts/pact.ts'
import { pagesOf } from '../export/calls.ts'
import { EndNames } from '../host-names.ts'
import type { QueryPorts } from '../ports.ts'
import { parseRange, RangeQuery } from '../range.ts'
import { waiting } from '../waiting.ts'

const MOST_CALLS = 5_000
const LARGEST_BODY = 256 << 10

/** Which calls, and how their paths are told. */
const Asked = Type.Object({
  ...RangeQuery,
  most: Type.Optional(Type.Integer({ minimum: 1, maximum: MOST_CALLS, default: MOST_CALLS, description: 'Calls looked at' })),
  templates: Type.Optional(
    Type.String({ description: 'Templates of paths that come before those that are found, with commas between: /users/{name}' }),
  ),
})

export const contractRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/contracts/openapi',
      {
        schema: {
          summary: 'An OpenAPI 3.1 document of the calls of HTTP that fit: what was asked and answered',
          description: `Paths by template, methods, parameters, status codes, and schemas of JSON bodies, of the newest ${MOST_CALLS} calls at most.`,
          querystring: Asked,
          produces: ['application/vnd.oai.openapi+json'],
        },
      },
      async ({ query }, reply) => {
        const contract = new Contract(rulesOf(query.templates))
        const scope = { ...ports.scope(), signal: waiting(reply) }
        for await (const calls of await callsOf(ports, scope, query))
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

    app.get(
      '/contracts/pacts',
      {
        schema: {
          summary: 'Who asks whom among the calls of HTTP that fit: each pair has a pact',
          description: `Of the newest ${MOST_CALLS} calls at most. Who has no name goes by the address.`,
          querystring: Asked,
          response: {
            200: Type.Object({ items: Type.Array(Type.Object({ ...Pair, interactions: Type.Integer() })), left: Type.Integer() }),
          },
        },
      },
      async ({ query }, reply) => {
        const pacts = await pactsOf(ports, { ...ports.scope(), signal: waiting(reply) }, query)
        return { items: pacts.pairs(), left: pacts.left }
      },
    )

    app.get(
      '/contracts/pacts/:consumer/:provider',
      {
        schema: {
          summary: 'A sample of what a consumer asks and a provider answers (Pact specification, version 3), from the calls that fit',
          description:
            'One interaction for calls that ask alike and are answered alike. Of headers Accept and Content-Type alone: what tells who asks is left out.',
          params: Type.Object(Pair),
          querystring: Asked,
          produces: ['application/json'],
        },
      },
      async ({ params, query }, reply) => {
        const pacts = await pactsOf(ports, { ...ports.scope(), signal: waiting(reply) }, query)
        const document = await pacts.document(params, (call, side) => bodyOf(ports, call, side))
        if (!document) throw notFound('pact', `of ${params.consumer} with ${params.provider}`)
        const name = `${params.consumer}-${params.provider}`.replace(/[^\w.-]+/g, '_')
        return reply
          .type('application/json')
          .header('cache-control', 'no-store')
          .header('content-disposition', `attachment; filename="${name}.json"`)
          .send(JSON.stringify(document, null, 2))
      },
    )
  }

const Pair = { consumer: Type.String({ maxLength: 500 }), provider: Type.String({ maxLength: 500 }) }

function rulesOf(templates: string | undefined): string[] {
  const { rules, faults } = readRules((templates ?? '').replaceAll(',', '\n'))
  if (faults.length > 0) throw new Problem(400, 'Bad request', `templates: ${faults[0]}`)
  return rules
}

/** The calls of HTTP that fit, the newest first, page by page. */
async function callsOf({ store }: QueryPorts, scope: Scope, query: Static<typeof Asked>): Promise<AsyncIterable<ExchangeDocument[]>> {
  const range = parseRange(query)
  const http = { kind: 'exists', field: 'http.request.method' } as const
  const filter = { kind: 'and' as const, of: [range.filter, http] }
  return (await pagesOf(store, scope, { range: { ...range, filter }, most: query.most ?? MOST_CALLS })).pages
}

async function pactsOf(ports: QueryPorts, scope: Scope, query: Static<typeof Asked>): Promise<Pacts> {
  const pacts = new Pacts(rulesOf(query.templates))
  const names = new EndNames(ports.store, scope)
  for await (const calls of await callsOf(ports, scope, query)) {
    await names.learn(calls)
    const nameOf = (end: ExchangeDocument['client']): string => names.of(end) ?? end.ip
    for (const call of calls) pacts.add({ consumer: nameOf(call.client), provider: nameOf(call.server) }, call)
  }
  return pacts
}

async function bodyOf({ blobs }: QueryPorts, call: ExchangeDocument, side: 'request' | 'response'): Promise<string | undefined> {
  const body = call.http?.[side]?.body
  if (!body || body.truncated || body.bytes > LARGEST_BODY) return undefined
  const bytes = await readBody(blobs, body)
  return bytes && new TextDecoder().decode(bytes)
}
