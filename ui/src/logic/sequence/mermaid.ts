import { duration } from '../format.ts'
import { answerText, loopText, participants, type Row } from './rows.ts'

/** Characters that end a statement, begin a comment or an entity, are written as entities. */
const text = (given: string): string =>
  given
    .replace(/[#;%]/g, (sign) => `#${sign.charCodeAt(0)};`)
    .replace(/\s+/g, ' ')
    .trim() || '?'

/** The rows as a sequence diagram of Mermaid. */
export function toMermaid(rows: readonly Row[]): string {
  const names = participants(rows)
  const of = (name: string) => `p${names.indexOf(name)}`
  const lines = ['sequenceDiagram', ...names.map((name) => `  participant ${of(name)} as ${text(name)}`)]
  let depth = 1
  const say = (line: string) => lines.push('  '.repeat(depth) + line)
  for (const row of rows) {
    if (row.kind === 'end' || row.kind === 'and') depth--
    say(line(row, of))
    if (row.kind === 'loop' || row.kind === 'par' || row.kind === 'and') depth++
  }
  return `${lines.join('\n')}\n`
}

function line(row: Row, of: (name: string) => string): string {
  switch (row.kind) {
    case 'ask':
      return `${of(row.call.from)}->>+${of(row.call.to)}: ${text(row.call.label)}`
    case 'answer':
      return `${of(row.call.to)}-->>-${of(row.call.from)}: ${text(answerText(row.call))}`
    case 'lost':
      return `${of(row.call.to)}--x-${of(row.call.from)}: no answer`
    case 'think':
      return `Note over ${of(row.who)}: ${duration(row.micros)}`
    case 'loop':
      return `loop ${loopText(row)}`
    case 'par':
      return 'par at the same time'
    default:
      return row.kind
  }
}
