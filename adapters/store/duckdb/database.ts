import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { inUse, openError, otherVersion } from './errors.ts'

/** Of the tables' form. Counts up when a table changes, a field of the filter language included. */
export const STORE_VERSION = 1

export interface DuckDbOptions {
  /** Where the data lie; `:memory:` keeps nothing after `close`. */
  directory: string
  /** What DuckDB may take, as it writes sizes (`512MB`). */
  memoryLimit?: string
  threads?: number
}

/** An open database with the directory for what is passing through. */
export interface Database {
  directory: string
  incoming: string
  connect(): Promise<DuckDBConnection>
  close(): Promise<void>
}

/** DuckDB's lock keeps out other processes, not a second opening in this one. */
const open = new Set<string>()

/** Opens or creates the database. Throws `StoreUnusable` when it is another's, of another version, or damaged. */
export async function openDatabase(options: DuckDbOptions): Promise<Database> {
  const inMemory = options.directory === ':memory:'
  const directory = inMemory ? await mkdtemp(join(tmpdir(), 'spider-store-')) : resolve(options.directory)
  if (open.has(directory)) throw inUse(directory)
  open.add(directory)
  try {
    const incoming = join(directory, 'incoming')
    await rm(incoming, { recursive: true, force: true })
    await mkdir(incoming, { recursive: true })
    const instance = await DuckDBInstance.create(inMemory ? ':memory:' : join(directory, 'documents.duckdb'), {
      memory_limit: options.memoryLimit ?? '512MB',
      threads: String(options.threads ?? 2),
      temp_directory: join(directory, 'spill'),
      checkpoint_threshold: '128MB', // the usual 16 MB compresses the same rows again and again under load: a third more CPU
      autoinstall_known_extensions: 'false', // nothing is ever fetched from a network
      autoload_known_extensions: 'false',
    })
    await requireVersion(instance, directory)
    return {
      directory,
      incoming,
      connect: () => instance.connect(),
      async close() {
        instance.closeSync()
        open.delete(directory)
        await rm(inMemory ? directory : incoming, { recursive: true, force: true })
      },
    }
  } catch (error) {
    open.delete(directory)
    throw openError(error, directory, STORE_VERSION)
  }
}

async function requireVersion(instance: DuckDBInstance, directory: string): Promise<void> {
  const connection = await instance.connect()
  try {
    const tables = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM duckdb_tables()')
    if (tables.getRows()[0][0] === 0) {
      await connection.run(`CREATE TABLE spider_version AS SELECT ${STORE_VERSION} AS version`)
      return
    }
    const known = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM duckdb_tables() WHERE table_name = 'spider_version'`)
    const version =
      known.getRows()[0][0] === 0
        ? 'another'
        : Number((await connection.runAndReadAll('SELECT version FROM spider_version')).getRows()[0][0])
    if (version !== STORE_VERSION) {
      instance.closeSync()
      throw otherVersion(directory, version, STORE_VERSION)
    }
  } finally {
    connection.closeSync()
  }
}
