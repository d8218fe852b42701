import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Problem } from '../../problem.ts'
import type { QueryPorts } from '../ports.ts'
import { waiting } from '../waiting.ts'

/** Addresses of one question, and names looked through for them: an address may have had several. */
const MOST = 200
const MOST_NAMES = 1000

export const hostRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/hosts',
      {
        schema: {
          summary: 'Names of addresses, each the last that it was seen to have; addresses without one are left out',
          querystring: Type.Object({ ips: Type.String({ description: `Addresses with commas between, ${MOST} at most` }) }),
          response: { 200: Type.Object({ items: Type.Array(Type.Object({ ip: Type.String(), name: Type.String() })) }) },
        },
      },
      async ({ query }, reply) => {
        const ips = [...new Set(query.ips.split(',').filter((ip) => ip !== ''))]
        if (ips.length === 0) return { items: [] }
        if (ips.length > MOST) throw new Problem(400, 'Bad request', `ips names ${ips.length} addresses: give ${MOST} at most.`)
        const of = ips.map((value) => ({ kind: 'compare', field: 'host.ip', op: '=', value }) as const)
        const { items } = await ports.store.find({ ...ports.scope(), signal: waiting(reply) }, 'hosts', {
          from: 0,
          to: Number.MAX_SAFE_INTEGER,
          filter: of.length === 1 ? of[0] : { kind: 'or', of },
          size: MOST_NAMES,
          order: 'newest',
        })
        const names = new Map<string, string>()
        for (const { host } of items) if (!names.has(host.ip)) names.set(host.ip, host.name)
        return { items: [...names].map(([ip, name]) => ({ ip, name })) }
      },
    )
  }
