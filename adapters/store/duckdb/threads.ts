import type { DuckDBConnection } from '@duckdb/node-api'

/** Gives DuckDB more threads while somebody needs them, else one. The setting is one for all connections. */
export class Threads {
  readonly #connection: DuckDBConnection
  readonly #most: number
  #users = 0
  #lowering: Promise<void> | undefined

  constructor(connection: DuckDBConnection, most: number) {
    this.#connection = connection
    this.#most = most
  }

  /** Runs work with more threads. Nobody waits until there are fewer again: a thread that is to go first ends what it does, which may take seconds; who comes meanwhile has one. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#users++
    try {
      if (this.#users === 1 && this.#lowering === undefined) await this.#connection.run(`SET threads = ${this.#most}`)
      return await work()
    } finally {
      if (--this.#users === 0) this.#lowering ??= this.#lower()
    }
  }

  async close(): Promise<void> {
    await this.#lowering
    this.#connection.closeSync()
  }

  async #lower(): Promise<void> {
    await this.#connection.run('SET threads = 1').catch(leaveToNext)
    this.#lowering = undefined
  }
}

/** It fails where the database has: the next statement tells. */
const leaveToNext = (): void => undefined
