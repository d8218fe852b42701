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

/** What slices there are: a row for each team that one holds documents of. */
const SLICES_TABLE = 'spider_slices'

/** The tables that there are: for each family and day of documents, one of rows and one of blocks. Dropping a day drops its two tables. */
export class Slices {
  /** With the teams that each holds documents of. */
  #there = new Map<Family, Map<Slice, ReadonlySet<string>>>()

  /** Since it was copied. */
  #added = 0

  async load(connection: DuckDBConnection): Promise<void> {
    const reader = await connection.runAndReadAll(`SELECT family, slice, team FROM ${SLICES_TABLE}`)
    for (const [family, slice, team] of reader.getRows())
      this.#add(family as Family, slice === 'rest' ? 'rest' : Number(slice), String(team))
  }

  /** The slice holds documents of the team from here on: its tables are created when there are none. */
  async admit(connection: DuckDBConnection, family: Family, slice: Slice, team: string): Promise<void> {
    if (this.teams(family, slice).has(team)) return
    if (!this.has(family, slice)) {
      await createTables(connection, family, slice)
      this.#added++
    }
    await connection.run(`INSERT INTO ${SLICES_TABLE} VALUES ($1, $2, $3)`, [family, String(slice), team])
    this.#add(family, slice, team)
  }

  /** Drops a slice with all that it holds. */
  async drop(connection: DuckDBConnection, family: Family, slice: Slice): Promise<void> {
    const teams = this.teams(family, slice)
    this.#of(family).delete(slice) // first, so that no query begins to look there
    await connection.run('BEGIN')
    try {
      await connection.run(`DROP TABLE ${rowsTable(family, slice)}`)
      await connection.run(`DROP TABLE ${blocksTable(family, slice)}`)
      await connection.run(`DELETE FROM ${SLICES_TABLE} WHERE family = $1 AND slice = $2`, [family, String(slice)])
      await connection.run('COMMIT')
    } catch (error) {
      this.#of(family).set(slice, teams)
      await connection.run('ROLLBACK')
      throw error
    }
  }

  /** Whose documents a slice holds. */
  teams(family: Family, slice: Slice): ReadonlySet<string> {
    return this.#of(family).get(slice) ?? new Set()
  }

  has(family: Family, slice: Slice): boolean {
    return this.#of(family).has(slice)
  }

  /** For a transaction: what it creates is nobody else's until it is through. */
  copy(): Slices {
    const copy = new Slices()
    for (const [family, there] of this.#there) copy.#there.set(family, new Map(there))
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

  /** Whether all documents of a slice are of [from, to) in ms since 1970. */
  isWithin(slice: Slice, from: number, to: number): boolean {
    return slice !== 'rest' && slice * DAY_MS >= from && (slice + 1) * DAY_MS <= to
  }

  /** Slices that may hold documents of [from, to) in ms since 1970, newest first. */
  within(family: Family, from: number, to: number): Slice[] {
    const [first, last] = [Math.floor(from / DAY_MS), Math.ceil(to / DAY_MS)]
    return this.all(family).filter((slice) => slice === 'rest' || (slice >= first && slice < last))
  }

  /** All of a family, newest first. */
  all(family: Family): Slice[] {
    return [...this.#of(family).keys()].sort((a, b) => (a === 'rest' ? 1 : b === 'rest' ? -1 : b - a))
  }

  /** Days that ended before `before` (ms since 1970). */
  endedBefore(family: Family, before: number): number[] {
    return this.all(family).filter((slice): slice is number => slice !== 'rest' && (slice + 1) * DAY_MS <= before)
  }

  #add(family: Family, slice: Slice, team: string): void {
    this.#of(family).set(slice, new Set([...this.teams(family, slice), team]))
  }

  #of(family: Family): Map<Slice, ReadonlySet<string>> {
    const there = this.#there.get(family) ?? new Map()
    this.#there.set(family, there)
    return there
  }
}

/** Of a database that is new. */
export async function createSlicesTable(connection: DuckDBConnection): Promise<void> {
  await connection.run(`CREATE TABLE ${SLICES_TABLE} (family VARCHAR, slice VARCHAR, team VARCHAR)`)
}

async function createTables(connection: DuckDBConnection, family: Family, slice: Slice): Promise<void> {
  const derived = derivedColumns(family, new Parameters()).map(({ name, type }) => `${quoted(name)} ${type}`)
  await connection.run(`CREATE TABLE ${rowsTable(family, slice)} (${[tableColumns(family), ...derived].join(', ')})`)
  await connection.run(`CREATE TABLE ${blocksTable(family, slice)} (block BIGINT, data BLOB USING COMPRESSION uncompressed)`) // they are compressed already
}
