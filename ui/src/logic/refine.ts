import type { Filter } from '#engines/query/ast.ts'
import { parse } from '#engines/query/parse.ts'
import { print } from '#engines/query/print.ts'

/** Calls whose field has that value. */
export const equals = (field: string, value: string | number): Filter => ({ kind: 'compare', field, op: '=', value })
export const atLeast = (field: string, value: number): Filter => ({ kind: 'compare', field, op: '>=', value })

/** Calls whose field has that text somewhere in it. */
export const contains = (field: string, text: string): Filter => ({ kind: 'like', field, pattern: `*${text.replace(/[*?\\]/g, '\\$&')}*` })

/** A value as it is written in a filter: in quotes where it would be read as something else. */
export const quoted = (value: string): string => (/^[^\s()"\\*?]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`)

const same = (a: Filter) => (b: Filter) => JSON.stringify(a) === JSON.stringify(b)

/**
 * The filter `text` narrowed to calls that fit `term`, or that do not. What the user wrote stays as written;
 * a term already there is not said twice, and one that says the opposite gives way.
 */
export function refine(text: string, term: Filter, negate = false): string {
  // Terms that all hold are terms of their own: each is not said twice.
  if (term.kind === 'and' && !negate) return term.of.reduce((narrowed, each) => refine(narrowed, each), text)
  const [wanted, opposite]: Filter[] = negate ? [{ kind: 'not', of: term }, term] : [term, { kind: 'not', of: term }]
  const parsed = parse(text)
  if (!parsed.ok || parsed.filter.kind === 'all') return print(wanted)
  const terms = parsed.filter.kind === 'and' ? parsed.filter.of : [parsed.filter]
  if (terms.some(same(wanted))) return text
  if (terms.some(same(opposite))) {
    const kept = [...terms.filter((given) => !same(opposite)(given)), wanted]
    return print(kept.length === 1 ? kept[0] : { kind: 'and', of: kept })
  }
  return `${parsed.filter.kind === 'or' ? `(${text.trim()})` : text.trim()} ${wanted.kind === 'or' ? `(${print(wanted)})` : print(wanted)}`
}

/** What is wrong with a filter, and where; undefined when nothing is. */
export interface Fault {
  offset: number
  length: number
  message: string
  expected: string[]
}

export function faultOf(text: string): Fault | undefined {
  const parsed = parse(text)
  return parsed.ok ? undefined : parsed
}

/** The fault in a sentence: what is wrong, where, and what could stand there. */
export function faultInWords({ offset, message, expected }: Fault): string {
  const place = `At character ${offset + 1}: ${message}`
  return expected.length > 0
    ? `${place}. Expected ${expected.length > 1 ? `${expected.slice(0, -1).join(', ')} or ${expected.at(-1)}` : expected[0]}.`
    : `${place}.`
}
