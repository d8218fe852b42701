import { findDimension } from '#engines/query/dimensions.ts'
import { findField } from '#engines/query/fields.ts'
import type { Aggregate, Figures, Group, Grouping } from './port.ts'

/** The answer of a store from what it counted: `groups` of `there` in all, and the figures of all documents. */
export function withOthers(groups: Group[], there: number, total: Figures, groupBy: readonly Grouping[]): Aggregate {
  const rest = total.count - sum(groups, 'count')
  if ((there === groups.length && rest === 0) || groupBy.some(hasMany)) return { groups, total }
  const others = {
    groups: there - groups.length,
    count: rest,
    ...(total.errors !== undefined && { errors: total.errors - sum(groups, 'errors') }),
    ...(total.bytes !== undefined && { bytes: total.bytes - sum(groups, 'bytes') }),
  }
  return { groups, total, others }
}

const sum = (groups: readonly Group[], figure: 'count' | 'errors' | 'bytes'): number =>
  groups.reduce((all, group) => all + (group[figure] ?? 0), 0)

/** May a document have several keys? */
export const hasMany = (grouping: Grouping): boolean =>
  'dimension' in grouping && (findDimension(grouping.dimension)?.sources.some(({ field }) => findField(field)?.many) ?? false)
