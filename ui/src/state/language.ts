import { complete as completeText } from '#engines/query/complete.ts'
import { tokenize } from '#engines/query/lexer.ts'
import { count } from '../logic/format.ts'
import { spanOf } from '../logic/range.ts'
import { quoted } from '../logic/refine.ts'
import type { Completions, Mark } from '../widgets/line-editor.ts'
import { read, report } from './api.ts'
import { serverNow } from './clock.ts'
import { range } from './place.ts'

const MOST_VALUES = 30

/** What could stand at the cursor: fields and operators of the language, and values that were really captured, the most frequent first. */
export async function complete(text: string, cursor: number): Promise<Completions> {
  const { from, to, kind, field, prefix, options } = completeText(text, cursor)
  const known = options.map(({ label, detail }) => ({ label, detail, apply: label, goesOn: kind !== 'value' }))
  if (kind !== 'value' || !field) return { from, to, options: known }
  const seen = await values(field, prefix.replace(/^"/, ''))
  const real = seen.map(({ value, count: calls }) => ({ label: value, detail: count(calls), apply: quoted(value), goesOn: false }))
  return { from, to, options: [...real, ...known.filter(({ label }) => !seen.some(({ value }) => value === label))] }
}

async function values(field: string, prefix: string): Promise<{ value: string; count: number }[]> {
  const span = spanOf(range.value, serverNow())
  try {
    const answer = await read<{ items: { value: string | number; count: number }[] }>('/values', {
      field,
      prefix,
      from: span.from,
      to: span.to,
      size: MOST_VALUES,
    })
    return answer.items.map(({ value, count: calls }) => ({ value: String(value), count: calls }))
  } catch (error) {
    report(error, () => {})
    return []
  }
}

/** The parts of a filter that are coloured. */
export const marksOf = (text: string): Mark[] =>
  tokenize(text).flatMap(({ kind, start, end }) =>
    kind === 'field' || kind === 'word'
      ? [{ from: start, to: end, kind }]
      : ['and', 'or', 'not', '-'].includes(kind)
        ? [{ from: start, to: end, kind: 'keyword' }]
        : [],
  )
