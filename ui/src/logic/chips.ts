import type { Filter } from '#engines/query/ast.ts'
import { parse } from '#engines/query/parse.ts'
import { print } from '#engines/query/print.ts'

/** One of the conditions that a filter joins by `and`. */
export interface Chip {
  /** As it is written, without a leading `not`. */
  text: string
  negated: boolean
}

const termsOf = (text: string): Filter[] => {
  const parsed = parse(text)
  if (!parsed.ok || parsed.filter.kind === 'all') return []
  return parsed.filter.kind === 'and' ? joinRanges(parsed.filter.of) : [parsed.filter]
}

/** Both ends of a range are one condition, as they were written: `status:5xx`. */
function joinRanges(terms: readonly Filter[]): Filter[] {
  const joined: Filter[] = []
  for (const term of terms) {
    const last = joined.at(-1)
    const isRange =
      last?.kind === 'compare' && term.kind === 'compare' && last.field === term.field && last.op === '>=' && term.op.startsWith('<')
    if (isRange) joined[joined.length - 1] = { kind: 'and', of: [last, term] }
    else joined.push(term)
  }
  return joined
}

const written = (terms: Filter[]): string => (terms.length === 0 ? '' : print(terms.length === 1 ? terms[0] : { kind: 'and', of: terms }))

/** The conditions of a filter: another view of the same. Of one that does not parse there are none. */
export const chipsOf = (text: string): Chip[] =>
  termsOf(text).map((term) => (term.kind === 'not' ? { text: print(term.of), negated: true } : { text: print(term), negated: false }))

/** The filter without one of its conditions. */
export const withoutChip = (text: string, at: number): string => written(termsOf(text).toSpliced(at, 1))

/** The filter with one of its conditions turned into its opposite. */
export const flipChip = (text: string, at: number): string =>
  written(termsOf(text).map((term, i): Filter => (i !== at ? term : term.kind === 'not' ? term.of : { kind: 'not', of: term })))
