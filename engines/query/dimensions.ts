import type { Filter } from './ast.ts'
import { findField, isOrdered } from './fields.ts'
import { valueAt } from './value-at.ts'

/** Where a key of a dimension comes from: the value of a field, or the hundred that it lies in, as `4xx`. */
export interface Source {
  field: string
  hundreds?: true
}

/** What calls are grouped by beside plain fields: the first source that a document has gives its key. */
export interface Dimension {
  name: string
  sources: readonly Source[]
  description: string
}

export const DIMENSIONS: readonly Dimension[] = [
  {
    name: 'status_class',
    sources: [{ field: 'http.response.status_code', hundreds: true }, { field: 'event.outcome' }],
    description: 'Class of the status code; the outcome of calls that have none',
  },
  {
    name: 'client.address',
    sources: [{ field: 'client.domain' }, { field: 'client.ip' }],
    description: 'Name of the client, else its address',
  },
  {
    name: 'server.address',
    sources: [{ field: 'server.domain' }, { field: 'server.ip' }],
    description: 'Name of the server, else its address',
  },
]

const byName = new Map(DIMENSIONS.map((dimension) => [dimension.name, dimension]))

/** A dimension by its name, or a field by name or alias; undefined when there is neither. */
export function findDimension(name: string): Dimension | undefined {
  const field = findField(name)
  return byName.get(name) ?? (field && { name: field.name, sources: [{ field: field.name }], description: field.description })
}

/** The keys of a document in a dimension, as a store would group it: several where the field has many values; null: it has none. */
export function keysOf({ sources }: Dimension, document: object): (string | number | null)[] {
  for (const { field, hundreds } of sources) {
    const values = [valueAt(document, field)].flat().filter((value) => typeof value === 'string' || typeof value === 'number')
    if (values.length > 0) return hundreds ? values.map((value) => `${Math.floor(Number(value) / 100)}xx`) : [...new Set(values)]
  }
  return [null]
}

/** Calls that failed: the server could not do what was asked. */
export const FAILED: Filter = {
  kind: 'or',
  of: [
    { kind: 'compare', field: 'event.outcome', op: '=', value: 'failure' },
    { kind: 'compare', field: 'http.response.status_code', op: '>=', value: 500 },
  ],
}

const has = (field: string): Filter => ({ kind: 'exists', field })
const not = (of: Filter): Filter => ({ kind: 'not', of })
const all = (...of: Filter[]): Filter => (of.length === 1 ? of[0] : { kind: 'and', of })

/** The calls that have a key in a dimension; null are those that have none. */
export function filterOf(dimension: Dimension, key: string | number | null): Filter {
  const { sources } = dimension
  if (key === null) return all(...sources.map(({ field }) => not(has(field))))
  const at = Math.max(
    0,
    sources.findIndex((source) => fits(source, key)),
  )
  return all(oneOf(sources[at], key), ...sources.slice(0, at).map(({ field }) => not(has(field))))
}

/** Could the source have given the key? A name is none of digits and colons alone. */
function fits({ field, hundreds }: Source, key: string | number): boolean {
  if (hundreds) return /^\dxx$/.test(String(key))
  return !field.endsWith('.domain') || !/^[\d.]+$|:/.test(String(key))
}

function oneOf({ field, hundreds }: Source, key: string | number): Filter {
  if (!hundreds) return { kind: 'compare', field, op: '=', value: isOrdered(findField(field)!.type) ? Number(key) : String(key) }
  const low = Number(String(key)[0]) * 100
  return all({ kind: 'compare', field, op: '>=', value: low }, { kind: 'compare', field, op: '<', value: low + 100 })
}
