import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { type Static, Type } from 'typebox'
import type { Group, Metric } from '#adapters/store/port.ts'
import type { QueryPorts } from '../ports.ts'
import { parseRange, RangeQuery } from '../range.ts'
import { waiting } from '../waiting.ts'

const Text = Type.Union([Type.String(), Type.Null()])
const Side = Type.Object({ bytes: Type.Number(), messages: Type.Number() })
const Sums = {
  client: Side,
  server: Side,
  connections: Type.Number(),
  failed: Type.Number({ description: 'Connections that were refused or not answered' }),
  retransmissions: Type.Number({ description: 'Segments that the process sent again' }),
}
const Row = Type.Object({
  hostname: Text,
  process: Text,
  client_address: Text,
  server_address: Text,
  port: Type.Union([Type.Integer(), Type.Null()]),
  transport: Text,
  direction: Text,
  ...Sums,
})

const BY = ['host.hostname', 'process.name', 'client.address', 'server.address', 'server.port', 'network.transport', 'network.direction']
const METRICS = [
  'sum:client.bytes',
  'sum:client.packets',
  'sum:server.bytes',
  'sum:server.packets',
  'sum:spider.connections',
  'sum:spider.failed',
  'sum:spider.retransmissions',
] as const satisfies Metric[]

/** What the rows can be in the order of, the most first. */
const SORTS = {
  client: 'sum:client.bytes',
  server: 'sum:server.bytes',
  connections: 'sum:spider.connections',
  failed: 'sum:spider.failed',
  retransmissions: 'sum:spider.retransmissions',
} as const satisfies Record<string, Metric>
const Sort = Type.Union(
  (Object.keys(SORTS) as (keyof typeof SORTS)[]).map((name) => Type.Literal(name)),
  { default: 'server', description: 'The most first; client and server: bytes that they sent' },
)

export const usageRoutes =
  (ports: QueryPorts): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/usage',
      {
        schema: {
          summary: 'What processes sent and received, per pair of hosts, summed over the range',
          description:
            'Counted in the kernel by Gocipher, whether or not it was captured: payload of TCP and UDP. Where agents run at both ends a connection is in two rows, of its client and of its server. Null as addresses: what were too many to tell apart.',
          querystring: Type.Object({
            ...RangeQuery,
            sort: Type.Optional(Sort),
            most: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 200, description: 'Rows answered at most' })),
          }),
          response: {
            200: Type.Object({
              items: Type.Array(Row),
              total: Type.Object(Sums, { description: 'Of all rows, whatever are answered' }),
              others: Type.Integer({ description: 'How many rows more there are' }),
            }),
          },
        },
      },
      async ({ query }, reply) => {
        const scope = { ...ports.scope(), signal: waiting(reply) }
        const { groups, total, others } = await ports.store.aggregate(scope, 'usage', {
          ...parseRange(query),
          groupBy: BY.map((dimension) => ({ dimension })),
          metrics: METRICS,
          sort: { by: SORTS[query.sort ?? 'server'], order: 'desc' },
          most: query.most ?? 200,
        })
        return { items: groups.map(rowOf), total: sumsOf(total), others: others?.groups ?? 0 }
      },
    )
  }

function rowOf(group: Group): Static<typeof Row> {
  const [hostname, process, client_address, server_address, port, transport, direction] = group.key as (string | null)[]
  return {
    hostname,
    process,
    client_address,
    server_address,
    port: port === null ? null : Number(port),
    transport,
    direction,
    ...sumsOf(group),
  }
}

function sumsOf(figures: Partial<Record<Metric, number>>) {
  const [clientBytes, clientMessages, serverBytes, serverMessages, connections, failed, retransmissions] = METRICS.map(
    (metric) => figures[metric] ?? 0,
  )
  return {
    client: { bytes: clientBytes, messages: clientMessages },
    server: { bytes: serverBytes, messages: serverMessages },
    connections,
    failed,
    retransmissions,
  }
}
