import type { Filter } from './ast.ts'
import { findField, USER_FIELDS } from './fields.ts'
import { type Token, tokenize, unescaped } from './lexer.ts'
import { InvalidValue, readValue } from './value.ts'

export type Parsed =
  | { ok: true; filter: Filter }
  /** Where (offset and length in characters), what is wrong in a sentence, and what could stand there. */
  | { ok: false; offset: number; length: number; message: string; expected: string[] }

/** Longer filters, and deeper nesting, are refused: the text may come from anybody. */
const MOST_CHARACTERS = 10_000
const MOST_NESTED = 100

const TERM = ['a field', 'a word', '"quoted text"', '(', 'not']

/** Parses a filter of the language in docs/filters.md. Never throws. An empty text fits everything. */
export function parse(text: string): Parsed {
  if (text.length > MOST_CHARACTERS)
    return {
      ok: false,
      offset: MOST_CHARACTERS,
      length: text.length - MOST_CHARACTERS,
      message: `the filter is longer than ${MOST_CHARACTERS} characters`,
      expected: [],
    }
  try {
    const parser = new Parser(tokenize(text))
    return { ok: true, filter: parser.whole() }
  } catch (error) {
    if (!(error instanceof Wrong)) throw error
    const { token, message, expected } = error
    return { ok: false, offset: token.start, length: token.end - token.start, message, expected }
  }
}

class Wrong extends Error {
  readonly token: { start: number; end: number }
  readonly expected: string[]
  constructor(token: { start: number; end: number }, message: string, expected: string[]) {
    super(message)
    this.token = token
    this.expected = expected
  }
}

/** A field whose values are being read: `status:(404 or 500)` holds several. */
type Subject = Extract<Token, { kind: 'field' }>

/** Recursive descent: `or` binds weakest, then `and` (also left out), then `not`. */
class Parser {
  readonly #tokens: Token[]
  #at = 0
  #nested = 0

  constructor(tokens: Token[]) {
    this.#tokens = tokens
  }

  whole(): Filter {
    if (this.#peek().kind === 'end') return { kind: 'all' }
    const filter = this.#or(undefined)
    const rest = this.#peek()
    if (rest.kind !== 'end') throw new Wrong(rest, 'this parenthesis closes nothing', ['and', 'or', 'end of the filter'])
    return filter
  }

  #or(subject: Subject | undefined): Filter {
    const of = [this.#and(subject)]
    while (this.#take('or')) of.push(this.#and(subject))
    return join('or', of)
  }

  #and(subject: Subject | undefined): Filter {
    const of = [this.#not(subject)]
    while (true) {
      const { kind } = this.#peek()
      if (kind === 'and') this.#at++
      else if (kind === 'or' || kind === ')' || kind === 'end') return join('and', of)
      of.push(this.#not(subject))
    }
  }

  #not(subject: Subject | undefined): Filter {
    const token = this.#peek()
    if (++this.#nested > MOST_NESTED) throw new Wrong(token, `more than ${MOST_NESTED} levels are nested here`, [])
    const negative = token.kind === 'not' || token.kind === '-'
    if (negative) this.#at++
    const filter: Filter = negative ? { kind: 'not', of: this.#not(subject) } : this.#term(subject)
    this.#nested--
    return filter
  }

  #term(subject: Subject | undefined): Filter {
    const token = this.#next()
    if (token.kind === '(') return this.#group(token, subject)
    if (token.kind === 'word') {
      requireClosed(token)
      return subject === undefined ? words(token) : value(subject, token)
    }
    if (token.kind === 'field') return this.#field(token, subject)
    if (token.kind === 'end') throw new Wrong(token, 'the filter ends where a term should be', subject === undefined ? TERM : ['a value'])
    throw new Wrong(token, `"${token.kind}" stands where a term should be`, subject === undefined ? TERM : ['a value'])
  }

  #field(token: Subject, subject: Subject | undefined): Filter {
    if (subject !== undefined) throw new Wrong(token, `a field cannot stand among the values of ${subject.name}`, ['a value', ')'])
    if (findField(token.name) === undefined) throw unknownField(token)
    const next = this.#peek()
    const adjacent = next.start === token.end
    if (adjacent && next.kind === '(') {
      this.#at++
      return this.#group(next, token)
    }
    if (!adjacent || next.kind !== 'word')
      throw new Wrong(
        { start: token.end, end: Math.max(token.end, adjacent ? next.end : token.end) },
        `${token.name} needs a value right after the operator`,
        ['a value', '"quoted text"', '('],
      )
    this.#at++
    requireClosed(next)
    return value(token, next)
  }

  #group(open: Token, subject: Subject | undefined): Filter {
    const filter = this.#or(subject)
    if (!this.#take(')')) throw new Wrong(open, 'this parenthesis is not closed', [')'])
    return filter
  }

  #peek(): Token {
    return this.#tokens[this.#at]
  }

  #next(): Token {
    const token = this.#peek()
    if (token.kind !== 'end') this.#at++
    return token
  }

  #take(kind: Token['kind']): boolean {
    if (this.#peek().kind !== kind) return false
    this.#at++
    return true
  }
}

function join(kind: 'and' | 'or', of: Filter[]): Filter {
  if (of.length === 1) return of[0]
  return { kind, of: of.flatMap((filter) => (filter.kind === kind ? filter.of : [filter])) }
}

function words({ raw, quoted }: Extract<Token, { kind: 'word' }>): Filter {
  const text = quoted ? raw : unescaped(raw.replace(/^\*+/, '').replace(/(?<!\\)\*+$/, ''))
  return text === '' ? { kind: 'all' } : { kind: 'text', words: text }
}

function value(subject: Subject, token: Extract<Token, { kind: 'word' }>): Filter {
  try {
    return readValue(findField(subject.name)!, subject.op, token)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    throw new Wrong(token, error.message, error.expected)
  }
}

function requireClosed(token: Extract<Token, { kind: 'word' }>): void {
  if (!token.closed) throw new Wrong(token, 'this quotation mark is not closed', ['"'])
}

function unknownField(token: Subject): Wrong {
  const close = USER_FIELDS.flatMap(({ name, aliases }) => [...aliases, name])
    .filter(
      (name) =>
        name.includes(token.name.toLowerCase()) ||
        token.name.toLowerCase().includes(name) ||
        name.startsWith(token.name.slice(0, 3).toLowerCase()),
    )
    .slice(0, 5)
  return new Wrong(
    { start: token.start, end: token.start + token.name.length },
    `there is no field ${token.name}; put it in quotes to search for the text`,
    close.length > 0 ? close : ['a field'],
  )
}
