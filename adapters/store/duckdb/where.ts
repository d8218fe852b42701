import type { DuckDBValue } from '@duckdb/node-api'
import type { Filter } from '#engines/query/ast.ts'
import { patternParts } from '#engines/query/compile.ts'
import { type Field, fieldsOf, isOrdered } from '#engines/query/fields.ts'
import { fold } from '#engines/query/fold.ts'
import { ipRange } from '#engines/query/ip.ts'
import type { Family } from '#events/documents/families.ts'
import { quoted } from './columns.ts'

/** Collects the values of a statement; answers the name of each in its text. */
export class Parameters {
  readonly values: DuckDBValue[] = []
  bind(value: DuckDBValue): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
  bindWhole(value: number): string {
    return `${this.bind(BigInt(value))}::BIGINT` // a bigint alone would be bound as HUGEINT, and no zone map be used
  }
}

/** The filter as a condition of SQL, the values bound. It means what `compile` of the query engine means. */
export function where(filter: Filter, family: Family, parameters: Parameters): string {
  const fields = new Map(fieldsOf(family).map((field) => [field.name, field]))
  const write = (filter: Filter): string => {
    switch (filter.kind) {
      case 'all':
        return 'true'
      case 'and':
      case 'or':
        return `(${filter.of.map(write).join(filter.kind === 'and' ? ' AND ' : ' OR ')})`
      case 'not':
        return `NOT coalesce(${write(filter.of)}, false)` // of a missing field everything else is null, which counts as false
      case 'text':
        return text(filter.words, [...fields.values()], parameters)
      default: {
        const field = fields.get(filter.field)
        return field === undefined ? 'false' : onField(field, filter, parameters)
      }
    }
  }
  return write(filter)
}

type OnField = Extract<Filter, { kind: 'compare' | 'like' | 'exists' }>

function onField(field: Field, filter: OnField, parameters: Parameters): string {
  const column = quoted(field.name)
  if (filter.kind === 'exists') return field.many ? `len(${column}) > 0` : `${column} IS NOT NULL`
  const condition = (value: string): string =>
    filter.kind === 'like' ? like(field, value, filter.pattern, parameters) : compare(field, value, filter, parameters)
  return field.many ? `len(list_filter(${column}, lambda x: ${condition('x')})) > 0` : condition(column)
}

function like(field: Field, column: string, pattern: string, parameters: Parameters): string {
  if (isOrdered(field.type)) return 'false'
  const translated = patternParts(pattern).map(({ wildcard, text }) =>
    wildcard === undefined ? fold(text).replace(/[\\%_]/, '\\$&') : wildcard === '*' ? '%' : '_',
  )
  return `${folded(column, pattern)} LIKE ${parameters.bind(translated.join(''))} ESCAPE '\\'`
}

function compare(field: Field, column: string, { op, value }: Extract<Filter, { kind: 'compare' }>, parameters: Parameters): string {
  if ((typeof value === 'number') !== isOrdered(field.type)) return 'false'
  if (typeof value === 'number')
    return `${column} ${op} ${Number.isSafeInteger(value) ? parameters.bindWhole(value) : `${parameters.bind(value)}::DOUBLE`}`
  if (op !== '=') return 'false'
  const range = field.type === 'ip' && value.includes('/') ? ipRange(value) : undefined
  if (range === undefined) return `${folded(column, value)} = ${parameters.bind(fold(value))}`
  if (range.first[0] === '6') return `${ipv6Key(column)} BETWEEN ${parameters.bind(range.first)} AND ${parameters.bind(range.last)}`
  return inIpv4Network(column, value, range, parameters)
}

/** The octets that are given whole are compared as text, which is ten times faster than making keys. */
function inIpv4Network(column: string, network: string, range: { first: string; last: string }, parameters: Parameters): string {
  const [address, length] = network.split('/')
  const octets = address.split('.').slice(0, Number(length) >> 3)
  const prefix =
    octets.length === 4
      ? `${column} = ${parameters.bind(address)}`
      : octets.length === 0
        ? 'true'
        : `starts_with(${column}, ${parameters.bind(`${octets.join('.')}.`)})`
  if (Number(length) % 8 === 0 && octets.length > 0) return prefix
  return `(${prefix} AND ${ipv4Key(column)} BETWEEN ${parameters.bind(range.first)} AND ${parameters.bind(range.last)})`
}

/** The column in lower case, where what it is compared with has letters: most of the time of a search goes into it. */
function folded(column: string, text: string): string {
  return /^[\d\s!-/:-@[-`{-~]*$/.test(text) ? column : `lower(${column})`
}

function text(words: string, fields: Field[], parameters: Parameters): string {
  const searched = fields.filter((field) => field.searched)
  if (searched.length === 0) return 'false'
  const bound = parameters.bind(fold(words))
  const within = (column: string): string => `contains(${folded(column, words)}, ${bound})`
  return `(${searched.map(({ name, many }) => (many ? `len(list_filter(${quoted(name)}, lambda x: ${within('x')})) > 0` : within(quoted(name)))).join(' OR ')})`
}

/** `ipKey` of the query engine, in SQL; null for an address of the other kind. */
const ipv4Key = (column: string): string =>
  `(CASE WHEN NOT contains(${column}, ':') THEN format('4{:02x}{:02x}{:02x}{:02x}', ${[1, 2, 3, 4].map((part) => `try_cast(split_part(${column}, '.', ${part}) AS INTEGER)`).join(', ')}) END)`

function ipv6Key(column: string): string {
  const groups = (half: number): string => `list_filter(string_split(split_part(${column}, '::', ${half}), ':'), lambda g: g <> '')`
  const zeros = `list_resize([]::VARCHAR[], 8 - len(${groups(1)}) - len(${groups(2)}), '0')`
  const all = `list_concat(list_concat(${groups(1)}, ${zeros}), ${groups(2)})`
  return `(CASE WHEN contains(${column}, ':') THEN '6' || array_to_string(list_transform(${all}, lambda g: lpad(g, 4, '0')), '') END)`
}
