import type { DuckDBConnection } from '@duckdb/node-api'
import type { Family } from '#events/documents/families.ts'
import { quoted, tableColumns } from './columns.ts'
import { derivedColumns } from './derived.ts'
import { Parameters } from './where.ts'

export const DAY_MS = 86_400_000

/** Days since 1970, or `rest`: documents of any time. */
export type Slice = number | 'rest'

/** More days than these, in all and new in one transaction, share a slice: a file may have wild times, and a new table takes half a megabyte of memory. */
const MOST_DAYS = 200
const MOST_NEW_DAYS = 16

export const rowsTable = (family: Family, slice: Slice): string => `"${family}_${slice}"`
export const blocksTable = (family: Family, slice: Slice): string => `"${family}_blocks_${slice}"`

/** The tables that there are: for each family and day of documents, one of rows and one of blocks. Dropping a day drops its two tables. */
export class Slices {
  #there = new Map<Family, Set<Slice>>()

  /** Since it was copied. */
  #added = 0

  async load(connection: DuckDBConnection): Promise<void> {
    const { rows } = await connection
      .runAndReadAll('SELECT table_name FROM duckdb_tables() WHERE NOT temporary')
      .then((reader) => ({ rows: reader.getRows() }))
    for (const [name] of rows) {
      const [, family, slice] = /^([a-z]+)_(-?\d+|rest)$/.exec(String(name)) ?? []
      if (family !== undefined) this.add(family as Family, slice === 'rest' ? 'rest' : Number(slice))
    }
  }

  add(family: Family, slice: Slice): void {
    this.#of(family).add(slice)
    this.#added++
  }

  remove(family: Family, slice: Slice): void {
    this.#of(family).delete(slice)
  }

  has(family: Family, slice: Slice): boolean {
    return this.#of(family).has(slice)
  }

  /** For a transaction: what it creates is nobody else's until it is through. */
  copy(): Slices {
    const copy = new Slices()
    for (const [family, there] of this.#there) copy.#there.set(family, new Set(there))
    return copy
  }

  /** The transaction is through. */
  become(copy: Slices): void {
    this.#there = copy.#there
  }

  /** Where a document of a day is kept. Hosts have no time of their own: a name is seen again and again. */
  home(family: Family, day: number): Slice {
    const there = this.#of(family)
    if (family === 'hosts' || (!there.has(day) && (there.size >= MOST_DAYS || this.#added >= MOST_NEW_DAYS))) return 'rest'
    return day
  }

  /** Slices that may hold documents of [from, to) in ms since 1970, newest first. */
  within(family: Family, from: number, to: number): Slice[] {
    const [first, last] = [Math.floor(from / DAY_MS), Math.ceil(to / DAY_MS)]
    return this.all(family).filter((slice) => slice === 'rest' || (slice >= first && slice < last))
  }

  /** All of a family, newest first. */
  all(family: Family): Slice[] {
    return [...this.#of(family)].sort((a, b) => (a === 'rest' ? 1 : b === 'rest' ? -1 : b - a))
  }

  /** Days that ended before `before` (ms since 1970). */
  endedBefore(family: Family, before: number): number[] {
    return this.all(family).filter((slice): slice is number => slice !== 'rest' && (slice + 1) * DAY_MS <= before)
  }

  #of(family: Family): Set<Slice> {
    const there = this.#there.get(family) ?? new Set()
    this.#there.set(family, there)
    return there
  }
}

/** Creates the two tables of a slice. */
export async function createSlice(connection: DuckDBConnection, family: Family, slice: Slice): Promise<void> {
  const derived = derivedColumns(family, new Parameters()).map(({ name, type }) => `${quoted(name)} ${type}`)
  await connection.run(`CREATE TABLE ${rowsTable(family, slice)} (${[tableColumns(family), ...derived].join(', ')})`)
  await connection.run(`CREATE TABLE ${blocksTable(family, slice)} (block BIGINT, data BLOB USING COMPRESSION uncompressed)`) // they are compressed already
}
