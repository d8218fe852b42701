import { fieldsOf } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'

/** Fields whose sum are the bytes of a document on the wire. */
const ON_THE_WIRE: readonly string[] = [
  'http.request.bytes',
  'http.response.bytes',
  'spider.request.bytes',
  'spider.response.bytes',
  'network.bytes',
]

/** Those of them that a family has. */
export const bytesOf = (family: Family): string[] =>
  fieldsOf(family)
    .map(({ name }) => name)
    .filter((name) => ON_THE_WIRE.includes(name))
