import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../../problem.ts'
import { hostNames, MOST_ADDRESSES } from '../host-names.ts'
import type { QueryPorts } from '../ports.ts'
import { waiting } from '../waiting.ts'

export const hostRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/hosts',
      {
        schema: {
          summary: 'Names of addresses, each the last that it was seen to have; addresses without one are left out',
          querystring: Type.Object({ ips: Type.String({ description: `Addresses with commas between, ${MOST_ADDRESSES} at most` }) }),
          response: { 200: Type.Object({ items: Type.Array(Type.Object({ ip: Type.String(), name: Type.String() })) }) },
        },
      },
      async ({ query }, reply) => {
        const ips = [...new Set(query.ips.split(',').filter((ip) => ip !== ''))]
        if (ips.length > MOST_ADDRESSES)
          throw new Problem(400, 'Bad request', `ips names ${ips.length} addresses: give ${MOST_ADDRESSES} at most.`)
        const names = await hostNames(ports.store, { ...ports.scope(), signal: waiting(reply) }, ips)
        return { items: [...names].map(([ip, name]) => ({ ip, name })) }
      },
    )
  }
