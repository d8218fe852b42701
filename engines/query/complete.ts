import { type Field, findField, isOrdered, USER_FIELDS } from './fields.ts'
import { type Token, tokenize } from './lexer.ts'

export interface Completion {
  /** What is replaced: [from, to) in the text. */
  from: number
  to: number
  kind: 'field' | 'operator' | 'value'
  /** The field whose operator or value is asked for. */
  field?: string
  /** What was typed of it, for looking up more values. */
  prefix: string
  options: { label: string; detail: string }[]
}

/** What could stand at the cursor. Values are those that are known beforehand; more may be looked up with `field` and `prefix`. */
export function complete(text: string, cursor: number): Completion {
  const before = tokenize(text.slice(0, cursor)).slice(0, -1)
  const last = before.at(-1)
  const touching = last !== undefined && last.end === cursor ? last : undefined
  if (touching?.kind === 'field') {
    const field = findField(touching.name)
    if (field !== undefined) return values(field, '', cursor, cursor)
  }
  const subject = subjectAt(before, touching)
  if (subject !== undefined) {
    const prefix = touching?.kind === 'word' ? touching.raw : ''
    return values(subject, prefix, touching?.kind === 'word' ? touching.start : cursor, cursor)
  }
  const typed =
    touching?.kind === 'word' && !touching.quoted ? touching.raw : isKeyword(touching) ? text.slice(touching!.start, cursor) : ''
  const exact = findField(typed)
  if (exact !== undefined) return { from: cursor, to: cursor, kind: 'operator', field: exact.name, prefix: '', options: operators(exact) }
  return { from: cursor - typed.length, to: cursor, kind: 'field', prefix: typed, options: fields(typed) }
}

const isKeyword = (token: Token | undefined): boolean => token !== undefined && ['and', 'or', 'not'].includes(token.kind)

/** The field whose value is being typed: right after its operator, or within the parentheses behind it. */
function subjectAt(before: readonly Token[], touching: Token | undefined): Field | undefined {
  const stack: (Field | undefined)[] = []
  let direct: Field | undefined
  let previous: Token | undefined
  for (const token of before) {
    const field = previous?.kind === 'field' && previous.end === token.start ? findField(previous.name) : undefined
    if (token.kind === '(') stack.push(field ?? stack.at(-1))
    else if (token.kind === ')') stack.pop()
    direct = token.kind === 'word' ? field : undefined
    previous = token
  }
  return touching === previous && direct !== undefined ? direct : stack.at(-1)
}

function fields(typed: string): Completion['options'] {
  const lower = typed.toLowerCase()
  const rank = ({ name, aliases }: Field): number => {
    const names = [...aliases, name]
    if (names.some((name) => name.startsWith(lower))) return 0
    return names.some((name) => name.includes(lower)) ? 1 : 2
  }
  return USER_FIELDS.map((field) => ({ field, rank: rank(field) }))
    .filter(({ rank }) => rank < 2)
    .sort((a, b) => a.rank - b.rank)
    .map(({ field }) => ({ label: field.aliases[0] ?? field.name, detail: field.description }))
}

function operators({ type }: Field): Completion['options'] {
  const equal = [
    { label: ':', detail: 'is' },
    { label: '!=', detail: 'is not' },
    { label: ':*', detail: 'is there' },
  ]
  if (!isOrdered(type)) return equal
  return [
    ...equal,
    { label: '>', detail: 'more than' },
    { label: '>=', detail: 'at least' },
    { label: '<', detail: 'less than' },
    { label: '<=', detail: 'at most' },
  ]
}

const EXAMPLES = {
  duration: ['1ms', '10ms', '100ms', '1s'],
  bytes: ['1KB', '10KB', '1MB'],
  number: [],
  ip: [],
  keyword: [],
  text: [],
} as const

function values(field: Field, prefix: string, from: number, to: number): Completion {
  const known = field.known ?? EXAMPLES[field.type]
  const options = known
    .filter((value) => value.toLowerCase().startsWith(prefix.toLowerCase()))
    .map((label) => ({ label, detail: field.description }))
  return { from, to, kind: 'value', field: field.name, prefix, options }
}
