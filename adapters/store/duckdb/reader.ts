import type { DuckDBValue } from '@duckdb/node-api'
import type { Family } from '#events/documents/families.ts'
import type { Range, Scope } from '../port.ts'
import { readBlock } from './blocks.ts'
import type { Database, Purpose } from './database.ts'
import { storeError } from './errors.ts'
import { blocksTable, DAY_MS, rowsTable, type Slice, type Slices } from './slices.ts'
import { Parameters, where } from './where.ts'

/** Where the JSON of a document lies. */
export interface Place {
  slice: Slice
  block: bigint
  line: number
}

/** Asks the tables of all slices that matter, and fetches documents from their blocks. */
export class Reader {
  readonly slices: Slices
  readonly #database: Database

  constructor(database: Database, slices: Slices) {
    this.#database = database
    this.slices = slices
  }

  async rows(sql: string, parameters: Parameters, signal?: AbortSignal, purpose: Purpose = 'documents'): Promise<DuckDBValue[][]> {
    try {
      return await this.#database.read(purpose, sql, parameters.values, signal)
    } catch (error) {
      throw storeError(error, this.#database.directory)
    }
  }

  /** Of each slice that may hold documents of the range: a SELECT of `columns` from its rows that fit, all joined. Undefined when there is none. */
  select(scope: Scope, family: Family, range: Range, columns: string, parameters: Parameters): string | undefined {
    const { from, to } = { from: wholeMicros(range.from), to: wholeMicros(range.to) }
    const condition = [
      `team = ${parameters.bind(scope.team)}`,
      `time >= make_timestamp(${parameters.bindWhole(from)})`,
      `time < make_timestamp(${parameters.bindWhole(to)})`,
      where(range.filter, family, parameters),
    ].join(' AND ')
    return this.#join(family, this.slices.within(family, from / 1000, to / 1000), columns, condition)
  }

  /** The parts of a range that lie in one slice each, in their order; the whole of it where a slice holds documents of any time. */
  stretches(family: Family, { from, to }: Pick<Range, 'from' | 'to'>, newestFirst: boolean): Pick<Range, 'from' | 'to'>[] {
    const slices = this.slices.within(family, from, to)
    if (slices.includes('rest')) return [{ from, to }]
    const days = slices.map((day) => ({ from: Math.max(from, Number(day) * DAY_MS), to: Math.min(to, (Number(day) + 1) * DAY_MS) }))
    return newestFirst ? days : days.reverse()
  }

  /** The same of all times, for a condition of ours. */
  selectAll(family: Family, columns: string, condition: string): string | undefined {
    return this.#join(family, this.slices.all(family), columns, condition)
  }

  #join(family: Family, slices: readonly Slice[], columns: string, condition: string): string | undefined {
    if (slices.length === 0) return undefined
    return slices
      .map((slice) => `SELECT '${slice}' AS slice, ${columns} FROM ${rowsTable(family, slice)} WHERE ${condition}`)
      .join(' UNION ALL ')
  }

  /** The documents at these places, in this order; one whose day was dropped meanwhile is left out. */
  async documents<Document>(family: Family, places: readonly Place[]): Promise<Document[]> {
    const texts = new Map<Place, string>()
    for (const [slice, its] of Map.groupBy(places, ({ slice }) => slice)) {
      const byBlock = Map.groupBy(its, ({ block }) => block)
      const parameters = new Parameters()
      const wanted = [...byBlock.keys()].map((block) => `${parameters.bind(block)}::BIGINT`)
      const rows = await this.rows(
        `SELECT block, data FROM ${blocksTable(family, slice)} WHERE block IN (${wanted.join(', ')})`,
        parameters,
      )
      await Promise.all(
        rows.map(async ([block, data]) => {
          const inBlock = byBlock.get(block as bigint)!
          const lines = await readBlock(
            (data as { bytes: Uint8Array }).bytes,
            inBlock.map(({ line }) => line),
          )
          for (const [i, place] of inBlock.entries()) texts.set(place, lines[i])
        }),
      )
    }
    return places.flatMap((place) => {
      const text = texts.get(place)
      return text === undefined ? [] : [JSON.parse(text) as Document]
    })
  }
}

/** ms with a fraction as whole µs, as far as DuckDB's timestamps go. */
function wholeMicros(ms: number): number {
  return Math.round(Math.min(Math.max(ms, -8e12), 8e12) * 1000)
}

export const place = (slice: DuckDBValue, block: DuckDBValue, line: DuckDBValue): Place => ({
  slice: slice === 'rest' ? 'rest' : Number(slice),
  block: block as bigint,
  line: Number(line),
})
