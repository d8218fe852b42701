import { type Static, Type } from 'typebox'
import type { ExchangeDocument } from './exchange.ts'

/** Calls of a bin of time and a key of a dimension. */
export const Bin = Type.Object({
  time: Type.Number({ description: 'Its beginning, ms since 1970' }),
  key: Type.String({ description: '`none`: calls that have no key' }),
  count: Type.Integer(),
})
export type Bin = Static<typeof Bin>

/** What the live feed tells of a moment: some of the calls that were stored, and how many there were. */
export interface LiveCalls {
  /** The newest; those stored again too. */
  items: ExchangeDocument[]
  /** How many calls more there are than before; fewer, where calls were stored again and fit no more. */
  counted: number
  /** How many of them are not among the items: only so many are sent in a second. */
  skipped: number
  /** By how much bins changed; absent where they were not asked for, or calls are stored that this server does not see. */
  bins?: Bin[]
}
