import { open } from 'node:fs/promises'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { InvalidDocument } from '../port.ts'
import type { Batch } from './batch.ts'
import { readLines } from './columns.ts'
import { repairLines } from './repair.ts'

/** What is in the table `staged`: each id once. */
export interface Staged {
  /** µs since 1970; `first` is behind `last` when nothing is left. */
  first: number
  last: number
  /** Lines that were no documents, and were left out. */
  unreadable: number
}

/** Has DuckDB parse a batch into the temporary table `staged`. */
export async function stage(connection: DuckDBConnection, batch: Batch, file: string): Promise<Staged> {
  await readInto(connection, batch, file, batch.pieces)
  let found = await inspect(connection)
  if (found.count !== batch.count)
    throw new InvalidDocument(`${batch.count} lines of JSON were read as ${found.count}: each must hold one document and no line break`)
  let unreadable = 0
  if (found.unreadable > 0) {
    unreadable = await repair(connection, batch, file)
    found = await inspect(connection)
  }
  // Of several documents with one id, the last one counts.
  if (found.distinct < found.count)
    await connection.run('DELETE FROM staged WHERE n NOT IN (SELECT max(n) FROM staged GROUP BY "event.id")')
  return { first: found.first, last: found.last, unreadable }
}

async function readInto(connection: DuckDBConnection, batch: Batch, file: string, pieces: readonly Buffer[]): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const piece of pieces) await handle.writeFile(piece) // unlike `writev`, it goes on after a part was written, and so meets the full disk
  } finally {
    await handle.close()
  }
  await connection.run(`CREATE OR REPLACE TEMP TABLE staged AS ${readLines(batch.family, file)}`)
}

const UNREADABLE = '("event.id" IS NULL OR time IS NULL)'

async function inspect(connection: DuckDBConnection) {
  const reader = await connection.runAndReadAll(
    `SELECT count(*), count(*) FILTER (${UNREADABLE}), count(DISTINCT "event.id"), coalesce(epoch_us(min(time)), 0), coalesce(epoch_us(max(time)), -1) FROM staged`,
  )
  const [count, unreadable, distinct, first, last] = reader.getRows()[0].map(Number)
  return { count, unreadable, distinct, first, last }
}

/** Lines that DuckDB cannot read get a second chance: JavaScript's JSON takes half surrogate pairs, which any peer may send. Answers how many are left. */
async function repair(connection: DuckDBConnection, batch: Batch, file: string): Promise<number> {
  const unreadable = await column(connection, `SELECT n FROM staged WHERE ${UNREADABLE}`)
  await readInto(connection, batch, file, repairLines(batch.blocks, new Set(unreadable.map(Number))))
  const left = await column(connection, `SELECT n FROM staged WHERE ${UNREADABLE}`)
  await connection.run(`DELETE FROM staged WHERE ${UNREADABLE}`)
  return left.length
}

/** The first column of what a statement answers. */
export async function column(connection: DuckDBConnection, sql: string): Promise<DuckDBValue[]> {
  return (await connection.runAndReadAll(sql)).getRows().map(([value]) => value)
}
