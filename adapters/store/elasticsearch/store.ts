import type { Families, Family } from '#events/documents/families.ts'
import type { Store } from '../port.ts'
import { aggregate } from './aggregate.ts'
import { connect, type ElasticsearchOptions, type Server } from './connect.ts'
import { extent, latestStatuses, values } from './counts.ts'
import { openError } from './errors.ts'
import { expire } from './expire.ts'
import { requireHealthy } from './health.ts'
import { misreadsEscapes } from './line.ts'
import { find, getMany } from './pages.ts'
import { PointsInTime } from './points-in-time.ts'
import { Reader } from './reader.ts'
import { Sender } from './send.ts'
import { setUp } from './setup.ts'
import { Slices } from './slices.ts'
import { Writer } from './writer.ts'

const PATIENCE_MS = 5000
const REFRESH_GAP_MS = 100

/**
 * Opens the store on Elasticsearch 9, and creates or upgrades the templates it needs.
 * Throws `StoreUnavailable` when the server cannot be reached now, and `StoreUnusable` when trying again will not help: wrong user, right or version.
 */
export async function openElasticsearch(options: ElasticsearchOptions): Promise<Store> {
  const prefix = options.prefix ?? 'spider'
  const server = connect(options)
  const { version } = await begin(server, prefix, options)
  const slices = new Slices(server.client, prefix)
  const reader = new Reader(server, prefix)
  const points = new PointsInTime(server, prefix)
  const sender = new Sender(server, slices, {
    patience: options.patience ?? PATIENCE_MS,
    compression: options.compression ?? false,
    plainEscapes: misreadsEscapes(version),
  })
  const writer = new Writer(server, slices, sender, options.refreshGap ?? REFRESH_GAP_MS)

  return {
    save: <F extends Family>(scope: { team: string }, family: F, documents: readonly Families[F][]) =>
      writer.save(
        scope.team,
        family,
        documents.map((document) => JSON.stringify(document)),
      ),
    saveJson: (scope, family, lines) => writer.save(scope.team, family, lines),
    flush: () => writer.flush(),
    get: async <F extends Family>(scope: { team: string; principal: string }, family: F, id: string) =>
      (await getMany(reader, scope, family, [id]))[0],
    getMany: (scope, family, ids) => getMany(reader, scope, family, ids),
    find: (scope, family, search) => find(reader, points, scope, family, search),
    aggregate: (scope, family, asked) => aggregate(reader, scope, family, asked),
    values: (scope, search, field, prefix, most) => values(reader, scope, search, field, prefix, most),
    latestStatuses: (scope) => latestStatuses(reader, scope),
    extent: (scope) => extent(reader, scope),
    expire: (family, before) => writer.exclusively(() => reader.ask((client) => expire(client, slices, family, before))),
    async health() {
      if (writer.trouble !== undefined) throw writer.trouble
      await requireHealthy(server, prefix)
    },
    async close() {
      try {
        await writer.flush()
      } finally {
        await points.closeAll()
        await server.client.close()
      }
    },
  }
}

async function begin(server: Server, prefix: string, options: ElasticsearchOptions): Promise<{ version: string }> {
  try {
    return await setUp(server, prefix, options)
  } catch (error) {
    await server.client.close()
    throw openError(error, server.name)
  }
}
