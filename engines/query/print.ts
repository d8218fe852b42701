import type { Filter } from './ast.ts'
import { findField } from './fields.ts'
import { formatDuration, formatSize } from './units.ts'

/** The filter as text that `parse` reads back as the same filter. */
export const print = (filter: Filter): string => write(filter, 0)

/** How weakly a filter's outermost operator binds. */
const WEAKNESS: Partial<Record<Filter['kind'], number>> = { or: 2, and: 1 }

/** `within`: the weakest binding that may stand here without parentheses is below it; 0 is the outermost. */
function write(filter: Filter, within: number): string {
  const text = bare(filter)
  const weakness = WEAKNESS[filter.kind] ?? 0
  return within > 0 && weakness >= within ? `(${text})` : text
}

function bare(filter: Filter): string {
  switch (filter.kind) {
    case 'all':
      return '*'
    case 'or':
      return filter.of.map((part) => write(part, 2)).join(' or ')
    case 'and':
      return filter.of.map((part) => write(part, 1)).join(' ')
    case 'not':
      return filter.of.kind === 'compare' && filter.of.op === '='
        ? `${shortName(filter.of.field)}!=${value(filter.of.field, filter.of.value)}`
        : `not ${write(filter.of, 1)}`
    case 'compare':
      return `${shortName(filter.field)}${filter.op === '=' ? ':' : filter.op}${value(filter.field, filter.value)}`
    case 'like':
      return `${shortName(filter.field)}:${filter.pattern.replace(/[\s()"]/g, '\\$&')}`
    case 'exists':
      return `${shortName(filter.field)}:*`
    case 'text':
      return quoteIfNeeded(filter.words, /^(?:and|or|not)$|^[-*]|\*$|[:=<>\s()"\\]/i)
  }
}

function shortName(name: string): string {
  return findField(name)?.aliases[0] ?? name
}

function value(name: string, value: string | number): string {
  const type = findField(name)?.type
  if (typeof value === 'string') return quoteIfNeeded(value, /^$|[*?\s()"\\]/)
  if (type === 'duration') return formatDuration(value)
  if (type === 'bytes') return formatSize(value)
  return String(value)
}

function quoteIfNeeded(text: string, special: RegExp): string {
  return special.test(text) ? `"${text.replace(/["\\]/g, '\\$&')}"` : text
}
