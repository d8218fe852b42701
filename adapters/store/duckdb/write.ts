import { open, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { InvalidDocument, SAME_DOCUMENT_WITHIN } from '../port.ts'
import type { Batch } from './batch.ts'
import { compressBlocks, LINES_PER_BLOCK } from './blocks.ts'
import { readLines, stagedColumns } from './columns.ts'
import { repairLines } from './repair.ts'
import { blocksTable, createSlice, rowsTable, type Slice, type Slices } from './slices.ts'

const DAY_US = 86_400_000_000

/**
 * Writes a batch, within the caller's transaction. DuckDB's own threads parse the lines, which costs the main thread next to nothing:
 * they go through a file, since a parameter of this size would be copied three times. Answers how many lines could not be read as documents.
 */
export async function writeBatch(
  connection: DuckDBConnection,
  slices: Slices,
  incoming: string,
  batch: Batch,
  firstBlock: number,
): Promise<number> {
  const file = join(incoming, `${batch.family}.ndjson`)
  try {
    await writeFile(file, batch.pieces)
    const [blocks] = await Promise.all([compressBlocks(batch.blocks), stage(connection, batch, file)])
    const unreadable = await settleUnreadable(connection, batch, file)
    await keepLastOfEach(connection)
    await moveToSlices(connection, slices, batch, firstBlock, blocks)
    return unreadable
  } finally {
    await unlink(file).catch(ignoreMissing)
  }
}

async function writeFile(file: string, pieces: readonly Buffer[]): Promise<void> {
  const handle = await open(file, 'w')
  try {
    for (const piece of pieces) await handle.writeFile(piece) // unlike `writev`, it goes on after a part was written, and so meets the full disk
  } finally {
    await handle.close()
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

async function stage(connection: DuckDBConnection, batch: Batch, file: string): Promise<void> {
  await connection.run(`CREATE OR REPLACE TEMP TABLE staged AS ${readLines(batch.family, file)}`)
}

const UNREADABLE = '"event.id" IS NULL OR time IS NULL'

/** Lines that DuckDB cannot read get a second chance: JavaScript's JSON takes half surrogate pairs, which any peer may send. */
async function settleUnreadable(connection: DuckDBConnection, batch: Batch, file: string): Promise<number> {
  const [[staged]] = (await connection.runAndReadAll('SELECT count(*)::INTEGER FROM staged')).getRows()
  if (staged !== batch.count)
    throw new InvalidDocument(`${batch.count} lines of JSON were read as ${staged}: each must hold one document and no line break`)
  const unreadable = await column(connection, `SELECT n FROM staged WHERE ${UNREADABLE}`)
  if (unreadable.length === 0) return 0
  await writeFile(file, repairLines(batch.blocks, new Set(unreadable.map(Number))))
  await stage(connection, batch, file)
  const left = await column(connection, `SELECT n FROM staged WHERE ${UNREADABLE}`)
  await connection.run(`DELETE FROM staged WHERE ${UNREADABLE}`)
  return left.length
}

/** Of several documents with one id in the batch, the last one counts. */
async function keepLastOfEach(connection: DuckDBConnection): Promise<void> {
  const last = await column(connection, 'SELECT max(n) FROM staged GROUP BY "event.id" HAVING count(*) > 1')
  if (last.length === 0) return
  await connection.run('DELETE FROM staged WHERE n NOT IN (SELECT max(n) FROM staged GROUP BY "event.id")')
}

async function moveToSlices(
  connection: DuckDBConnection,
  slices: Slices,
  batch: Batch,
  firstBlock: number,
  blocks: readonly Buffer[],
): Promise<void> {
  const { family, team } = batch
  const days = (await column(connection, `SELECT DISTINCT epoch_us(time) // ${DAY_US} FROM staged`)).map(Number)
  if (days.length === 0) return
  await removeReplaced(connection, slices, batch)
  for (const [slice, its] of groupBySlice(slices, batch, days)) {
    if (!slices.has(family, slice)) {
      await createSlice(connection, family, slice)
      slices.add(family, slice)
    }
    const whole = its.length === days.length
    const condition = whole ? 'true' : `epoch_us(time) // ${DAY_US} IN (${its.join(', ')})`
    await connection.run(
      `INSERT INTO ${rowsTable(family, slice)} SELECT ${stagedColumns(family, LINES_PER_BLOCK)} FROM staged WHERE ${condition}`,
      [team, BigInt(firstBlock)],
    )
    const used = whole
      ? blocks.keys()
      : (await column(connection, `SELECT DISTINCT n // ${LINES_PER_BLOCK} FROM staged WHERE ${condition}`)).map(Number)
    await appendBlocks(connection, blocksTable(family, slice), firstBlock, blocks, used)
  }
}

function groupBySlice(slices: Slices, { family }: Batch, days: readonly number[]): Map<Slice, number[]> {
  return Map.groupBy(days, (day) => slices.home(family, day))
}

/**
 * Documents that are written again are looked for around the batch's times only: zone maps leave out all row groups of other times,
 * so that the cost does not grow with the store. Measured at a million rows: 0.4 µs for each document of a batch of 50,000.
 */
async function removeReplaced(connection: DuckDBConnection, slices: Slices, { family, team }: Batch): Promise<void> {
  const [[first, last]] = (await connection.runAndReadAll('SELECT epoch_us(min(time)), epoch_us(max(time)) FROM staged')).getRows()
  const within = SAME_DOCUMENT_WITHIN * 1000
  const [from, to] = [Number(first) - within, Number(last) + within]
  for (const slice of slices.within(family, from / 1000, to / 1000)) {
    const near = slice === 'rest' ? '' : `AND time BETWEEN make_timestamp($2::BIGINT) AND make_timestamp($3::BIGINT)`
    const values: DuckDBValue[] = slice === 'rest' ? [team] : [team, BigInt(Math.floor(from)), BigInt(Math.ceil(to))]
    await connection.run(
      `DELETE FROM ${rowsTable(family, slice)} WHERE team = $1 ${near} AND "event.id" IN (SELECT "event.id" FROM staged)`,
      values,
    )
  }
}

async function appendBlocks(
  connection: DuckDBConnection,
  table: string,
  firstBlock: number,
  blocks: readonly Buffer[],
  used: Iterable<number>,
): Promise<void> {
  const appender = await connection.createAppender(table.slice(1, -1))
  for (const index of used) {
    appender.appendBigInt(BigInt(firstBlock + index))
    appender.appendBlob(blocks[index])
    appender.endRow()
  }
  appender.closeSync()
}

async function column(connection: DuckDBConnection, sql: string): Promise<DuckDBValue[]> {
  return (await connection.runAndReadAll(sql)).getRows().map(([value]) => value)
}
