import { Type } from 'typebox'
import { RangeQuery } from './range.ts'

/** The query string of everything that answers pages. */
export const PageQuery = {
  ...RangeQuery,
  size: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000, default: 50 })),
  after: Type.Optional(Type.String({ description: '`next` of the page before' })),
  order: Type.Optional(Type.Union([Type.Literal('newest'), Type.Literal('oldest')], { default: 'newest' })),
}
