import { type Field, fieldsOf, isOrdered } from '#engines/query/fields.ts'
import type { Family } from '#events/documents/families.ts'

/** A tree of the names in a document, with the SQL type of each leaf. */
interface Tree {
  [name: string]: string | Tree
}

export const quoted = (name: string): string => `"${name}"`

/** SQL type of a field's column. */
export const columnType = ({ type, many }: Field): string => (isOrdered(type) ? 'BIGINT' : 'VARCHAR') + (many ? '[]' : '')

/** Columns of a family's table: whose, when, where its JSON lies (line of a block), and every field that filters can name. */
export function tableColumns(family: Family): string {
  return [
    'team VARCHAR',
    'time TIMESTAMP',
    'block BIGINT',
    'line UTINYINT',
    ...fieldsOf(family).map((field) => `${quoted(field.name)} ${columnType(field)}`),
  ].join(', ')
}

/** The same names, in the same order, from the staging table, for a team and a first block. */
export function stagedColumns(family: Family, team: string, firstBlock: string, linesPerBlock: number): string {
  return [
    team,
    'time',
    `${firstBlock} + n // ${linesPerBlock}`,
    `n % ${linesPerBlock}`,
    ...fieldsOf(family).map(({ name }) => quoted(name)),
  ].join(', ')
}

/** Reads a file of JSON lines: `n` counts its lines from 0. A line that is not JSON has nulls, likewise a value of another type. */
export function readLines(family: Family, file: string): string {
  const tree: Tree = { '@timestamp': 'TIMESTAMP' }
  for (const field of fieldsOf(family)) plant(tree, field.name.split('.'), columnType(field))
  const columns = Object.entries(tree).map(([name, type]) => `${literal(name)}: ${literal(structType(type))}`)
  const picked = fieldsOf(family).map(({ name }) => `${name.split('.').map(quoted).join('.')} AS ${quoted(name)}`)
  return `SELECT row_number() OVER () - 1 AS n, "@timestamp" AS time, ${picked.join(', ')}
    FROM read_ndjson(${literal(file)}, columns = {${columns.join(', ')}}, ignore_errors = true, maximum_object_size = ${LARGEST_DOCUMENT})`
}

/** DuckDB refuses larger ones, in bytes; it keeps a buffer of this size for each thread that reads. */
export const LARGEST_DOCUMENT = 8 << 20

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

function plant(tree: Tree, path: string[], type: string): void {
  let at = tree
  for (const name of path.slice(0, -1)) {
    at[name] ??= {}
    at = at[name] as Tree
  }
  at[path.at(-1)!] = type
}

const structType = (type: string | Tree): string =>
  typeof type === 'string'
    ? type
    : `STRUCT(${Object.entries(type)
        .map(([name, inner]) => `${quoted(name)} ${structType(inner)}`)
        .join(', ')})`
