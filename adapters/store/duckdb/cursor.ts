import { InvalidCursor, type Search } from '../port.ts'
import type { Parameters } from './where.ts'

/** Where a page ended: µs since 1970, the id, and the value that was sorted by where one was. */
export interface Cursor {
  time: number
  id: string
  key?: string | number | null
}

export const writeCursor = ({ time, id, key }: Cursor): string =>
  Buffer.from(JSON.stringify(key === undefined ? [time, id] : [time, id, key])).toString('base64url')

/** Throws `InvalidCursor` for what is none, or one of another order. */
export function readCursor(cursor: string, sorted: boolean): Cursor {
  try {
    const [time, id, ...keys] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    const isKey = keys.every((key) => key === null || typeof key === 'string' || Number.isSafeInteger(key))
    if (Number.isSafeInteger(time) && typeof id === 'string' && keys.length === Number(sorted) && isKey)
      return { time: time as number, id, key: keys[0] as Cursor['key'] }
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
  }
  throw new InvalidCursor('the cursor is not one that a page before gave: begin again without it')
}

export const bindKey = (key: string | number, parameters: Parameters): string =>
  typeof key === 'number' ? parameters.bindWhole(key) : parameters.bind(key)

/** ORDER BY over the columns `time`, `id` and, where something is sorted by, `key`; and the condition of what comes after a cursor. */
export function orderOf({ order, sort }: Search): { order: string; beyond(cursor: Cursor, parameters: Parameters): string } {
  const [direction, after] = order === 'newest' ? ['DESC', '<'] : ['ASC', '>']
  const inTime = `time ${direction}, id ${direction}`
  const later = ({ time, id }: Cursor, parameters: Parameters): string => {
    const at = `make_timestamp(${parameters.bindWhole(time)})`
    return `time ${after}= ${at} AND (time ${after} ${at} OR id ${after} ${parameters.bind(id)})`
  }
  if (!sort) return { order: inTime, beyond: later }
  return {
    order: `key ${sort.order === 'asc' ? 'ASC' : 'DESC'} NULLS LAST, ${inTime}`,
    beyond(cursor, parameters) {
      const { key } = cursor
      if (key === null || key === undefined) return `key IS NULL AND ${later(cursor, parameters)}`
      const value = bindKey(key, parameters)
      return `(key ${sort.order === 'asc' ? '>' : '<'} ${value} OR key IS NULL OR (key = ${value} AND ${later(cursor, parameters)}))`
    },
  }
}
