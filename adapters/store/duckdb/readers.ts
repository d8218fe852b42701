import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Threads } from './threads.ts'

/** From one attempt to interrupt a statement to the next, in ms: one that comes between two of its steps is not heard. */
const AGAIN_MS = 20

/** Connections that read. Each does one statement at a time; who finds none free waits. */
export class Readers {
  readonly #free: DuckDBConnection[]
  readonly #all: readonly DuckDBConnection[]
  readonly #waiting: ((connection: DuckDBConnection) => void)[] = []
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #threads: Threads | undefined

  constructor(connections: readonly DuckDBConnection[], threads?: Threads) {
    this.#threads = threads
    this.#all = connections
    this.#free = [...connections]
  }

  /** Rows of a query. Throws DuckDB's error, or the reason of the signal, which ends the statement too. */
  async read(sql: string, values: DuckDBValue[], signal: AbortSignal | undefined): Promise<DuckDBValue[][]> {
    const read = () => this.#read(sql, values, signal)
    const rows = this.#threads === undefined ? read() : this.#threads.during(read)
    this.#underWay.add(rows)
    try {
      return await rows
    } finally {
      this.#underWay.delete(rows)
    }
  }

  /** Closes the connections once nothing is asked of them: DuckDB crashes the process when one is closed under a running query. */
  async close(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay)
    for (const connection of this.#all) connection.closeSync() // the file stays open as long as one of them is
  }

  async #read(sql: string, values: DuckDBValue[], signal: AbortSignal | undefined): Promise<DuckDBValue[][]> {
    const connection = this.#free.pop() ?? (await new Promise<DuckDBConnection>((resolve) => this.#waiting.push(resolve)))
    let timer: NodeJS.Timeout | undefined
    const interrupt = () => {
      timer = setInterval(() => connection.interrupt(), AGAIN_MS)
    }
    try {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', interrupt)
      const rows = (await connection.runAndReadAll(sql, values)).getRows()
      signal?.throwIfAborted() // it may have ended before it heard that nobody waits
      return rows
    } catch (error) {
      throw signal?.aborted ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', interrupt)
      clearInterval(timer)
      const next = this.#waiting.shift()
      if (next) next(connection)
      else this.#free.push(connection)
    }
  }
}
