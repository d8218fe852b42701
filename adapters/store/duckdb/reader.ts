import type { DuckDBValue } from '@duckdb/node-api'
import type { Family } from '#events/documents/families.ts'
import type { Range, Scope } from '../port.ts'
import { readBlock } from './blocks.ts'
import type { Database, Purpose } from './database.ts'
import { storeError } from './errors.ts'
import { blocksTable, DAY_MS, rowsTable, type Slice, type Slices } from './slices.ts'
import { Parameters, where } from './where.ts'

/** As many as a page of the list may lie in. */
const FEW_BLOCKS = 256

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

  /**
   * Of each slice that may hold documents of the range: a SELECT of `columns` from its rows that fit, all joined. Undefined when there is none.
   * Where all of a slice fits, nothing is looked at to say so: DuckDB knows count and ends of a table, and groups by a column alone three times as fast.
   */
  select(scope: Scope, family: Family, range: Range, columns: string, parameters: Parameters): string | undefined {
    const [from, to] = [wholeMicros(range.from), wholeMicros(range.to)]
    const isWhole = (slice: Slice): boolean => this.slices.isWithin(slice, from / 1000, to / 1000)
    const slices = this.slices.within(family, from / 1000, to / 1000)
    const inTime = slices.every(isWhole)
      ? []
      : [`time >= make_timestamp(${parameters.bindWhole(from)})`, `time < make_timestamp(${parameters.bindWhole(to)})`]
    const filter = range.filter.kind === 'all' ? [] : [where(range.filter, family, parameters)]
    return this.#join(scope, family, slices, columns, parameters, (slice) => [...(isWhole(slice) ? [] : inTime), ...filter])
  }

  /** The parts of a range that lie in one slice each, in their order; the whole of it where a slice holds documents of any time. */
  stretches(family: Family, { from, to }: Pick<Range, 'from' | 'to'>, newestFirst: boolean): Pick<Range, 'from' | 'to'>[] {
    const slices = this.slices.within(family, from, to)
    if (slices.includes('rest')) return [{ from, to }]
    const days = slices.map((day) => ({ from: Math.max(from, Number(day) * DAY_MS), to: Math.min(to, (Number(day) + 1) * DAY_MS) }))
    return newestFirst ? days : days.reverse()
  }

  /** The same of all times, for a condition of ours. */
  selectAll(scope: Scope, family: Family, columns: string, parameters: Parameters, ...conditions: string[]): string | undefined {
    return this.#join(scope, family, this.slices.all(family), columns, parameters, () => conditions)
  }

  #join(
    { team }: Scope,
    family: Family,
    among: readonly Slice[],
    columns: string,
    parameters: Parameters,
    conditionsOf: (slice: Slice) => string[],
  ): string | undefined {
    const slices = among.filter((slice) => this.slices.teams(family, slice).has(team))
    if (slices.length === 0) return undefined
    const isShared = (slice: Slice): boolean => this.slices.teams(family, slice).size > 1
    const ofTeam = slices.some(isShared) ? [`team = ${parameters.bind(team)}`] : []
    return slices
      .map((slice) => {
        const conditions = [...(isShared(slice) ? ofTeam : []), ...conditionsOf(slice)]
        const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
        return `SELECT '${slice}' AS slice, ${columns} FROM ${rowsTable(family, slice)}${where}`
      })
      .join(' UNION ALL ')
  }

  /** The documents at these places, in this order; one whose day was dropped meanwhile is left out. */
  async documents<Document>(family: Family, places: readonly Place[]): Promise<Document[]> {
    const texts = new Map<Place, string>()
    for (const [slice, its] of Map.groupBy(places, ({ slice }) => slice)) {
      const byBlock = Map.groupBy(its, ({ block }) => block)
      const rows = await this.#blocks(blocksTable(family, slice), [...byBlock.keys()])
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

  /** Blocks by their numbers. Few are asked for one by one: of `IN` DuckDB reads the data of all blocks before it looks at their numbers, which takes a hundred times as long. */
  #blocks(table: string, numbers: readonly DuckDBValue[]): Promise<DuckDBValue[][]> {
    const parameters = new Parameters()
    const wanted = numbers.map((number) => `${parameters.bind(number)}::BIGINT`)
    const select = `SELECT block, data FROM ${table} WHERE block`
    const each = wanted.map((number) => `${select} = ${number}`).join(' UNION ALL ')
    return this.rows(numbers.length <= FEW_BLOCKS ? each : `${select} IN (${wanted.join(', ')})`, parameters)
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
