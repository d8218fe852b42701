import type { estypes } from '@elastic/elasticsearch'
import { type Field, fieldsOf, isOrdered } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'

/** Lucene takes 32,766 bytes; a character is three at most. Longer values are kept, and count as being there, but are not searched. */
const LONGEST_SEARCHED = 32_766 / 3

/** Name of the part of a field that is compared: in lower case, character by character, as `fold` of the query engine does it. */
export const folded = (name: string): string => `${name}.folded`

/** Mapping of a family's documents: every field that filters can name, and nothing else, so that no document can make it grow. */
export function mappingOf(family: Family, version: number): estypes.MappingTypeMapping {
  return {
    _meta: { version },
    dynamic: false,
    date_detection: false,
    properties: { '@timestamp': { type: 'date_nanos', ignore_malformed: false }, ...tree(fieldsOf(family)) },
  }
}

/** The team stands in every document, whether or not filters can name it. */
function tree(fields: readonly Field[]): Record<string, estypes.MappingProperty> {
  const properties: Record<string, estypes.MappingProperty> = {}
  plant(properties, ['spider', 'team'], { type: 'keyword' })
  for (const field of fields) plant(properties, field.name.split('.'), property(field))
  return properties
}

/**
 * Text is kept twice: as it is, for counting values, and folded, for comparing. Neither part does the other's work, so it costs little more than once.
 * A value of another type is left out of the index; the document and its other fields are kept.
 */
function property({ type }: Field): estypes.MappingProperty {
  if (isOrdered(type)) return { type: 'long', coerce: false, ignore_malformed: true }
  const text = { type: 'keyword', normalizer: 'lowercase', ignore_above: LONGEST_SEARCHED } as const
  if (type === 'ip') return { type: 'ip', ignore_malformed: true, fields: { folded: text } }
  return { type: 'keyword', index: false, ignore_above: LONGEST_SEARCHED, fields: { folded: { ...text, doc_values: false } } }
}

function plant(properties: Record<string, estypes.MappingProperty>, path: readonly string[], leaf: estypes.MappingProperty): void {
  const [name, ...rest] = path
  if (rest.length === 0) {
    properties[name] = leaf
    return
  }
  properties[name] ??= { type: 'object', properties: {} }
  plant((properties[name] as estypes.MappingObjectProperty).properties!, rest, leaf)
}
