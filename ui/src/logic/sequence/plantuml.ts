import { duration } from '../format.ts'
import { answerText, loopText, participants, type Row } from './rows.ts'

/** Marks of PlantUML's own in a text are escaped, and so are backslashes, which it would read as line ends. */
const text = (given: string): string =>
  given
    .replace(/\s+/g, ' ')
    .replaceAll('\\', '<U+005C>')
    .replace(/\*\*|\/\/|__|--|""|~~|\[\[/g, '~$&')
    .trim() || '?'
const name = (given: string): string => text(given).replaceAll('"', "'")

/** The rows as a sequence diagram of PlantUML. */
export function toPlantUml(rows: readonly Row[]): string {
  const names = participants(rows)
  const of = (who: string) => `p${names.indexOf(who)}`
  return `${['@startuml', ...names.map((who) => `participant "${name(who)}" as ${of(who)}`), ...rows.map((row) => line(row, of)), '@enduml'].join('\n')}\n`
}

function line(row: Row, of: (who: string) => string): string {
  switch (row.kind) {
    case 'ask':
      return `${of(row.call.from)} -> ${of(row.call.to)} ++ : ${text(row.call.label)}`
    case 'answer':
      return `${of(row.call.to)} --> ${of(row.call.from)} -- : ${text(answerText(row.call))}`
    case 'lost':
      return `${of(row.call.to)} --x ${of(row.call.from)} -- : no answer`
    case 'think':
      return `note over ${of(row.who)} : ${duration(row.micros)}`
    case 'loop':
      return `loop ${loopText(row)}`
    case 'par':
      return 'par at the same time'
    case 'and':
      return 'else'
    case 'end':
      return 'end'
  }
}
