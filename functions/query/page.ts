import { Type } from 'typebox'
import type { Search } from '#adapters/store/port.ts'
import { findField, isSortable } from '#engines/query/fields.ts'
import { Problem } from '../problem.ts'
import { RangeQuery } from './range.ts'

/** The query string of everything that answers pages. */
export const PageQuery = {
  ...RangeQuery,
  size: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, default: 50 })),
  after: Type.Optional(Type.String({ description: '`next` of the page before' })),
  order: Type.Optional(Type.Union([Type.Literal('newest'), Type.Literal('oldest')], { default: 'newest' })),
}

/** The field that a page is sorted by, of the text of a query string: `event.duration`, or `-event.duration` for the largest first. Throws Problem 400. */
export function parseSorting(text: string | undefined): Search['sort'] {
  if (!text) return undefined
  const name = text.replace(/^-/, '')
  const field = findField(name)
  if (!field?.of.includes('exchanges') || !isSortable(field))
    throw new Problem(
      400,
      'Bad request',
      `sort=${text}: give a field of calls that is a quantity or a keyword, with - before it for the largest first.`,
    )
  return { field: field.name, order: text.startsWith('-') ? 'desc' : 'asc' }
}
