import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { StoreUnavailable } from '../port.ts'
import { inUse, openError, otherVersion } from './errors.ts'
import { Readers } from './readers.ts'
import { createSlicesTable } from './slices.ts'
import { Threads } from './threads.ts'

/** Of the tables' form. Counts up when a table changes, a field of the filter language included. */
export const STORE_VERSION = 6

const IN_MEMORY = ':memory:'

export interface DuckDbOptions {
  /** Where the data lie; `:memory:` keeps nothing after `close`. */
  directory: string
  /** What DuckDB may take, as it writes sizes (`512MB`). */
  memoryLimit?: string
  /** While figures are computed; all else has one. */
  threads?: number
}

/** Connections for figures, which take long, and for all else, which does not wait for them. */
const READERS = { figures: 2, documents: 2 }
export type Purpose = keyof typeof READERS

/** DuckDB's lock keeps out other processes, not a second opening in this one. */
const open = new Set<string>()

/** An open database: its connections, and the directory for what is passing through. */
export class Database {
  readonly directory: string
  readonly incoming: string
  #writer: DuckDBConnection | undefined
  #readers: Record<Purpose, Readers> | undefined
  #threads: Threads | undefined
  readonly #options: DuckDbOptions
  #instance: DuckDBInstance | undefined

  private constructor(options: DuckDbOptions, directory: string) {
    this.#options = options
    this.directory = directory
    this.incoming = join(directory, 'incoming')
  }

  /** Opens or creates the database. Throws `StoreUnusable` when it is another's, of another version, or damaged. */
  static async open(options: DuckDbOptions): Promise<Database> {
    const directory = options.directory === IN_MEMORY ? await mkdtemp(join(tmpdir(), 'spider-store-')) : resolve(options.directory)
    if (open.has(directory)) throw inUse(directory)
    open.add(directory)
    const database = new Database(options, directory)
    try {
      await mkdir(directory, { recursive: true })
      await database.#start()
      await rm(database.incoming, { recursive: true, force: true }) // only now: until the lock is ours it may be somebody's
      await mkdir(database.incoming)
      return database
    } catch (error) {
      await database.#stop()
      open.delete(directory)
      throw openError(error, directory, STORE_VERSION)
    }
  }

  /** The one connection that writes. */
  get writer(): DuckDBConnection {
    if (this.#writer === undefined) throw new StoreUnavailable(`the store in ${this.directory} is closed, or could not be opened anew yet`)
    return this.#writer
  }

  /** Rows of a query. Throws DuckDB's error, the reason of the signal, or `StoreUnavailable` while nothing is open. */
  async read(purpose: Purpose, sql: string, values: DuckDBValue[], signal?: AbortSignal): Promise<DuckDBValue[][]> {
    if (this.#readers === undefined) throw new StoreUnavailable(`the store in ${this.directory} is closed, or being opened anew`)
    return this.#readers[purpose].read(sql, values, signal)
  }

  /** After a fatal error DuckDB answers nothing until it is opened anew; what was committed comes back from its log. */
  async restart(): Promise<void> {
    await this.#stop()
    await this.#start()
  }

  /** Not while the writer is at work. */
  async close(): Promise<void> {
    await this.#stop()
    open.delete(this.directory)
    await rm(this.#options.directory === IN_MEMORY ? this.directory : this.incoming, { recursive: true, force: true })
  }

  async #start(): Promise<void> {
    this.#instance = await DuckDBInstance.create(
      this.#options.directory === IN_MEMORY ? IN_MEMORY : join(this.directory, 'documents.duckdb'),
      {
        memory_limit: this.#options.memoryLimit ?? '512MB',
        threads: '1', // a second one makes writing cost half as much CPU again
        temp_directory: join(this.directory, 'spill'),
        checkpoint_threshold: '128MB', // the usual 16 MB compresses the same rows again and again under load: a third more CPU
        autoinstall_known_extensions: 'false', // nothing is ever fetched from a network
        autoload_known_extensions: 'false',
      },
    )
    this.#writer = await this.#instance.connect()
    await requireVersion(this.#writer, this.directory)
    const instance = this.#instance
    const connect = (count: number) => Promise.all(Array.from({ length: count }, () => instance.connect()))
    this.#threads = new Threads(await instance.connect(), this.#options.threads ?? 2)
    this.#readers = {
      figures: new Readers(await connect(READERS.figures), this.#threads),
      documents: new Readers(await connect(READERS.documents)),
    }
  }

  async #stop(): Promise<void> {
    const [readers, threads] = [this.#readers, this.#threads]
    this.#readers = this.#threads = undefined
    await Promise.all([readers?.figures.close(), readers?.documents.close()])
    await threads?.close()
    this.#writer?.closeSync()
    this.#writer = undefined
    this.#instance?.closeSync()
    this.#instance = undefined
  }
}

async function requireVersion(connection: DuckDBConnection, directory: string): Promise<void> {
  const tables = await connection.runAndReadAll('SELECT count(*)::INTEGER FROM duckdb_tables()')
  if (tables.getRows()[0][0] === 0) {
    await createSlicesTable(connection)
    await connection.run(`CREATE TABLE spider_version AS SELECT ${STORE_VERSION} AS version`)
    return
  }
  const known = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM duckdb_tables() WHERE table_name = 'spider_version'`)
  const version =
    known.getRows()[0][0] === 0 ? 'another' : Number((await connection.runAndReadAll('SELECT version FROM spider_version')).getRows()[0][0])
  if (version !== STORE_VERSION) throw otherVersion(directory, version, STORE_VERSION)
}
