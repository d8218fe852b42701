import type { DuckDBConnection } from '@duckdb/node-api'
import type { Families, Family } from '#events/documents/families.ts'
import type { Scope, Store } from '../port.ts'
import { aggregate } from './aggregate.ts'
import { Database, type DuckDbOptions } from './database.ts'
import { extent, find, getMany, latestStatuses, values } from './queries.ts'
import { Reader } from './reader.ts'
import { blocksTable, rowsTable, Slices } from './slices.ts'
import { Parameters } from './where.ts'
import { Writer } from './writer.ts'

const FAMILIES: readonly Family[] = ['exchanges', 'sessions', 'packets', 'status', 'hosts', 'usage']

/** Opens the embedded store, creating it where there is none. Throws `StoreUnusable`, with one line that says why and what to do. */
export async function openDuckDb(options: DuckDbOptions): Promise<Store> {
  const database = await Database.open(options)
  const slices = new Slices()
  await slices.load(database.writer)
  const reader = new Reader(database, slices)
  const writer = new Writer(database, slices, await nextBlock(database.writer, slices))

  return {
    save: <F extends Family>(scope: Scope, family: F, documents: readonly Families[F][]) =>
      writer.save(
        scope.team,
        family,
        documents.map((document) => JSON.stringify(document)),
      ),
    saveJson: (scope, family, lines) => writer.save(scope.team, family, lines),
    flush: () => writer.flush(),
    get: async <F extends Family>(scope: Scope, family: F, id: string) => (await getMany(reader, scope, family, [id]))[0],
    getMany: (scope, family, ids) => getMany(reader, scope, family, ids),
    find: (scope, family, search) => find(reader, scope, family, search),
    aggregate: (scope, family, asked) => aggregate(reader, scope, family, asked),
    values: (scope, search, field, prefix, most) => values(reader, scope, search, field, prefix, most),
    latestStatuses: (scope) => latestStatuses(reader, scope),
    extent: (scope) => extent(reader, scope),
    expire: (family, before) => writer.exclusively(() => expire(database.writer, slices, family, before)),
    async health() {
      if (writer.trouble !== undefined) throw writer.trouble
      await reader.rows('SELECT 1', new Parameters())
    },
    async close() {
      try {
        await writer.flush()
      } finally {
        await writer.exclusively(() => database.close())
      }
    },
  }
}

async function nextBlock(connection: DuckDBConnection, slices: Slices): Promise<number> {
  let last = -1
  for (const family of FAMILIES) {
    for (const slice of slices.all(family)) {
      const rows = await connection.runAndReadAll(`SELECT coalesce(max(block), -1)::DOUBLE FROM ${blocksTable(family, slice)}`)
      last = Math.max(last, Number(rows.getRows()[0][0]))
    }
  }
  return last + 1
}

async function expire(connection: DuckDBConnection, slices: Slices, family: Family, before: number): Promise<void> {
  for (const slice of slices.endedBefore(family, before)) await slices.drop(connection, family, slice)
  if (!slices.has(family, 'rest')) return
  await connection.run(`DELETE FROM ${rowsTable(family, 'rest')} WHERE time < make_timestamp($1::BIGINT)`, [
    BigInt(Math.round(before * 1000)),
  ])
  await connection.run(`DELETE FROM ${blocksTable(family, 'rest')} WHERE block NOT IN (SELECT block FROM ${rowsTable(family, 'rest')})`)
}
