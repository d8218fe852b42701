import type { Filter } from './ast.ts'
import { FIELDS, findField } from './fields.ts'
import { fold } from './fold.ts'
import { ipKey, ipRange } from './ip.ts'

export type Predicate = (document: object) => boolean
type Test = (value: unknown) => boolean

/** Does the document fit the filter? For many documents, `compile` once. */
export const matches = (filter: Filter, document: object): boolean => compile(filter)(document)

/** Makes the filter a function. A field that a document has not fits nothing, so `not` of it fits. */
export function compile(filter: Filter): Predicate {
  switch (filter.kind) {
    case 'all':
      return () => true
    case 'and': {
      const parts = filter.of.map(compile)
      return (document) => parts.every((fits) => fits(document))
    }
    case 'or': {
      const parts = filter.of.map(compile)
      return (document) => parts.some((fits) => fits(document))
    }
    case 'not': {
      const fits = compile(filter.of)
      return (document) => !fits(document)
    }
    case 'exists':
      return onField(filter.field, () => true)
    case 'like':
      return onField(filter.field, like(filter.pattern))
    case 'compare':
      return onField(filter.field, compare(filter))
    case 'text': {
      const words = fold(filter.words)
      const parts = SEARCHED.map((path) => onPath(path, (value) => typeof value === 'string' && fold(value).includes(words)))
      return (document) => parts.some((fits) => fits(document))
    }
  }
}

const SEARCHED = FIELDS.filter(({ searched }) => searched).map(({ name }) => name.split('.'))

const onField = (name: string, test: Test): Predicate => onPath(name.split('.'), test)

function onPath(path: readonly string[], test: Test): Predicate {
  return (document) => {
    let value: unknown = document
    for (const step of path) {
      if (typeof value !== 'object' || value === null) return false
      value = (value as Record<string, unknown>)[step]
    }
    if (value === undefined || value === null) return false
    return Array.isArray(value) ? value.some(test) : test(value)
  }
}

function compare({ field, op, value }: Extract<Filter, { kind: 'compare' }>): Test {
  if (typeof value === 'number') return ordered(op, value)
  if (op !== '=') return () => false
  const range = findField(field)?.type === 'ip' && value.includes('/') ? ipRange(value) : undefined
  if (range !== undefined) {
    return (have) => {
      const key = typeof have === 'string' ? ipKey(have) : undefined
      return key !== undefined && key >= range.first && key <= range.last
    }
  }
  const wanted = fold(value)
  return (have) => typeof have === 'string' && (have === value || fold(have) === wanted)
}

function ordered(op: '=' | '<' | '<=' | '>' | '>=', value: number): Test {
  switch (op) {
    case '=':
      return (have) => have === value
    case '<':
      return (have) => typeof have === 'number' && have < value
    case '<=':
      return (have) => typeof have === 'number' && have <= value
    case '>':
      return (have) => typeof have === 'number' && have > value
    case '>=':
      return (have) => typeof have === 'number' && have >= value
  }
}

/** The parts of a pattern of `like`, wildcards told apart from text. */
export function patternParts(pattern: string): { wildcard: '*' | '?' | undefined; text: string }[] {
  return [...pattern.matchAll(/\\([\s\S])|([*?])|([\s\S])/gu)].map(([, escaped, wildcard, plain]) => ({
    wildcard: wildcard as '*' | '?' | undefined,
    text: escaped ?? plain ?? '',
  }))
}

/** Matched by hand, not by a regular expression: that goes back exponentially where a pattern has many `*`. */
function like(pattern: string): Test {
  const parts = patternParts(pattern).map(({ wildcard, text }) => ({ wildcard, text: fold(text) }))
  return (have) => typeof have === 'string' && glob(parts, [...fold(have)])
}

function glob(parts: { wildcard: '*' | '?' | undefined; text: string }[], characters: string[]): boolean {
  let [part, at, star, resume] = [0, 0, -1, 0]
  while (at < characters.length) {
    const wanted = parts[part]
    if (wanted?.wildcard === '*') {
      star = part++
      resume = at
    } else if (wanted !== undefined && (wanted.wildcard === '?' || wanted.text === characters[at])) {
      part++
      at++
    } else if (star >= 0) {
      part = star + 1 // the last `*` takes one character more
      at = ++resume
    } else return false
  }
  while (parts[part]?.wildcard === '*') part++
  return part === parts.length
}
