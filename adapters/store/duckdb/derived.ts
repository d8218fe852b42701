import { DIMENSIONS, FAILED, type Source } from '#engines/query/dimensions.ts'
import { fieldsOf } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'
import { bytesOf } from '../bytes.ts'
import { quoted } from './columns.ts'
import { DURATION_CLASS } from './duration-classes.ts'
import { type Parameters, where } from './where.ts'

/** A column that follows from others of its row. */
export interface Derived {
  name: string
  type: string
  /** Over the columns of the fields. */
  sql: string
}

/**
 * What calls are counted by most is computed once, when they are written: the dimensions of which the family has a field, `failed`, `bytes` and the class of the duration.
 * Counting ten million calls by time and `status_class` takes a third of what it takes where each query computes it for each row.
 */
export function derivedColumns(family: Family, parameters: Parameters): Derived[] {
  const fields = new Set(fieldsOf(family).map(({ name }) => name))
  const dimensions = DIMENSIONS.flatMap(({ name, sources }) => {
    const its = sources.filter(({ field }) => fields.has(field)).map(sourceColumn)
    return its.length === 0 ? [] : [{ name, type: 'VARCHAR', sql: `coalesce(${its.join(', ')})` }]
  })
  const bytes = bytesOf(family).map((name) => `coalesce(${quoted(name)}, 0)`)
  return [
    ...dimensions,
    { name: 'failed', type: 'BOOLEAN', sql: `coalesce(${where(FAILED, family, parameters)}, false)` },
    { name: 'bytes', type: 'BIGINT', sql: bytes.join(' + ') || '0' },
    ...(fields.has('event.duration') ? [DURATION_CLASS] : []),
  ]
}

const sourceColumn = ({ field, hundreds }: Source): string => (hundreds ? `(${quoted(field)} // 100) || 'xx'` : quoted(field))
