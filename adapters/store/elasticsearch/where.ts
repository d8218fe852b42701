import type { estypes } from '@elastic/elasticsearch'
import type { Filter } from '#engines/query/ast.ts'
import { patternParts } from '#engines/query/compile.ts'
import { type Field, fieldsOf, isOrdered } from '#engines/query/fields.ts'
import { fold } from '#engines/query/fold.ts'
import { ipRange } from '#engines/query/ip.ts'
import type { Family } from '#events/documents/families.ts'
import { folded } from './mappings.ts'

type Query = estypes.QueryDslQueryContainer

const NOTHING: Query = { match_none: {} }

/** All addresses of IPv4: Elasticsearch keeps them as IPv6, in `::ffff:0:0/96`. */
const IPV4 = '0.0.0.0/0'

/** The largest whole number of a `long` that a double holds. */
const LARGEST = 2 ** 63 - 1024

/** The filter as Elasticsearch's query DSL. It means what `compile` of the query engine means. */
export function where(filter: Filter, family: Family): Query {
  const fields = new Map(fieldsOf(family).map((field) => [field.name, field]))
  const write = (filter: Filter): Query => {
    switch (filter.kind) {
      case 'all':
        return { match_all: {} }
      case 'and':
        return { bool: { filter: filter.of.map(write) } }
      case 'or':
        return any(filter.of.map(write))
      case 'not':
        return { bool: { must_not: write(filter.of) } }
      case 'text':
        return text(filter.words, [...fields.values()])
      default: {
        const field = fields.get(filter.field)
        return field === undefined ? NOTHING : onField(field, filter)
      }
    }
  }
  return write(filter)
}

const any = (should: Query[]): Query => (should.length === 0 ? NOTHING : { bool: { should, minimum_should_match: 1 } })

function onField(field: Field, filter: Extract<Filter, { kind: 'compare' | 'like' | 'exists' }>): Query {
  if (filter.kind === 'exists') return exists(field.name)
  if (filter.kind === 'compare') return compare(field, filter)
  return isOrdered(field.type) ? NOTHING : like(field.name, wildcards(filter.pattern))
}

/** A value that is too long to be searched, or of another type, is there all the same. */
const exists = (field: string): Query => any([{ exists: { field } }, { term: { _ignored: field } }])

/** Values are folded already, and so is the pattern. */
const like = (field: string, value: string): Query => ({ wildcard: { [folded(field)]: { value } } })

const wildcards = (pattern: string): string =>
  patternParts(pattern)
    .map(({ wildcard, text }) => wildcard ?? literal(fold(text)))
    .join('')

const literal = (text: string): string => text.replace(/[\\*?]/g, '\\$&')

function compare(field: Field, { op, value }: Extract<Filter, { kind: 'compare' }>): Query {
  if ((typeof value === 'number') !== isOrdered(field.type)) return NOTHING
  if (typeof value === 'number') return ordered(field.name, op, value)
  if (op !== '=') return NOTHING
  const range = field.type === 'ip' && value.includes('/') ? ipRange(value) : undefined
  if (range === undefined) return { term: { [folded(field.name)]: { value: fold(value) } } }
  return inNetwork(field.name, value, range.first[0] === '6')
}

const inNetwork = (field: string, network: string, ipv6: boolean): Query => ({
  bool: {
    filter: { term: { [field]: { value: network } } },
    ...(ipv6 && { must_not: { term: { [field]: { value: IPV4 } } } }),
  },
})

function ordered(field: string, op: '=' | '<' | '<=' | '>' | '>=', value: number): Query {
  const within = Math.min(Math.max(value, -LARGEST), LARGEST)
  switch (op) {
    case '=':
      return Number.isInteger(value) && within === value ? { term: { [field]: { value } } } : NOTHING
    case '<':
      return { range: { [field]: { lt: within } } }
    case '<=':
      return { range: { [field]: { lte: within } } }
    case '>':
      return { range: { [field]: { gt: within } } }
    case '>=':
      return { range: { [field]: { gte: within } } }
  }
}

const text = (words: string, fields: readonly Field[]): Query =>
  any(fields.filter(({ searched }) => searched).map(({ name }) => like(name, `*${literal(fold(words))}*`)))
