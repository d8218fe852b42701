import { type Field, type FieldType, USER_FIELDS } from './fields.ts'

const GRAMMAR: [filter: string, meaning: string][] = [
  ['`orders`', 'the word stands somewhere in method, URL, host, addresses, names of addresses or user agent'],
  ['`"not found"`', 'the same with a space; in quotes, `\\"` is a quotation mark and nothing else has a meaning'],
  ['`method:POST`, `method=POST`', 'the field is this'],
  ['`status!=200`', 'the field is not this; also fits when there is no such field'],
  ['`duration>500ms`, `status>=500`', 'more, at least; likewise `<` and `<=`'],
  ['`status:400..499`, `size:1KB..`', 'a range, both ends included; either may be left out'],
  ['`status:5xx`', 'a class of status codes'],
  ['`path:/api/*`, `host:shop?.example`', '`*` is any run of characters, `?` one; `\\*` is a star, `\\ ` a space'],
  ['`client:10.1.0.0/16`', 'a network, IPv4 or IPv6'],
  ['`trace:*`', 'the field is there'],
  ['`status:(404 or 5xx)`', 'several values of one field'],
  ['`method:POST status:5xx`', 'both; the same as with `and`'],
  ['`method:POST or status:5xx`', 'either; `and` binds stronger than `or`'],
  ['`not status:200`, `-status:200`', 'not; also before parentheses'],
  ['`(a or b) c`', 'parentheses as usual'],
]

const TYPES: Record<FieldType, string> = {
  number: 'number',
  duration: 'duration: `10us`, `500ms`, `2s`, `1m`, `1h`',
  bytes: 'size: `800`, `10KB` (thousands), `10KiB` (1024)',
  ip: 'address, network or pattern',
  keyword: 'text',
  text: 'text',
}

/** The documentation of the filter language, in Markdown, made from the table of fields. */
export function reference(): string {
  return `# Filters

One line says which calls or sessions to show. The same language serves the page, \`GET /api/v1/exchanges?q=\` and the live feed.
Upper and lower case never matter. A wrong filter is answered with the place and with what could stand there.

${table(['filter', 'fits when'], GRAMMAR)}

Where a field holds several values, one that fits is enough.

## Fields

${section('Of calls and of sessions', (field) => field.of.includes('exchanges') && field.of.includes('sessions'))}
${section('Of calls', (field) => field.of.includes('exchanges') && !field.of.includes('sessions'))}
${section('Of sessions', (field) => !field.of.includes('exchanges'))}`
}

function section(title: string, belongs: (field: Field) => boolean): string {
  const rows = USER_FIELDS.filter(belongs).map(({ name, aliases, type, description, example }) => [
    [...aliases, name].map((name) => `\`${name}\``).join(', '),
    description,
    TYPES[type],
    `\`${example}\``,
  ])
  return `### ${title}\n\n${table(['field', 'what it is', 'values', 'example'], rows)}\n`
}

/** Columns are padded, as the formatter does it. */
function table(head: string[], rows: readonly string[][]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const line = (cells: string[]): string => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
