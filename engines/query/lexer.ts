export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='

export type Token =
  | { kind: '(' | ')' | '-' | 'end'; start: number; end: number }
  | { kind: 'and' | 'or' | 'not'; start: number; end: number }
  /** `field:`, `field>=` …: always followed by its value, without a space between. */
  | { kind: 'field'; name: string; op: Operator; start: number; end: number }
  /** A word or a value. `raw` keeps its backslashes; quoted text has none left. `closed` is false for a quote without its end. */
  | { kind: 'word'; raw: string; quoted: boolean; closed: boolean; start: number; end: number }

const SPACE = /\s+/y
const FIELD = /([@a-z_][\w@-]*(?:\.[\w@-]+)*)(!=|:?>=|:?<=|:?>|:?<|:|=)/iy
const BARE = /(?:\\[\s\S]|\\$|[^\s()"\\])+/y
const QUOTED = /"((?:\\[\s\S]|[^"\\])*)("?)/y
const KEYWORD = /^(and|or|not)$/i

/** Splits a filter into tokens, the last one `end`. Never fails: what is wrong is for the parser to say. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let valueDue = false
  while (true) {
    const before = at
    at = match(SPACE, text, at)?.end ?? at
    if (at > before) valueDue = false
    if (at >= text.length) break
    const token = next(text, at, valueDue)
    valueDue = token.kind === 'field'
    tokens.push(token)
    at = token.end
  }
  tokens.push({ kind: 'end', start: text.length, end: text.length })
  return tokens
}

function next(text: string, start: number, valueDue: boolean): Token {
  const character = text[start]
  if (character === '(' || character === ')') return { kind: character, start, end: start + 1 }
  if (character === '"') {
    const { found, end } = match(QUOTED, text, start)!
    return { kind: 'word', raw: unescaped(found[1]), quoted: true, closed: found[2] === '"', start, end }
  }
  if (!valueDue) {
    if (character === '-' && start + 1 < text.length && !/[\s)]/.test(text[start + 1])) return { kind: '-', start, end: start + 1 }
    const field = match(FIELD, text, start)
    if (field !== undefined) return { kind: 'field', name: field.found[1], op: operator(field.found[2]), start, end: field.end }
  }
  const { found, end } = match(BARE, text, start)!
  if (!valueDue && KEYWORD.test(found[0])) return { kind: found[0].toLowerCase() as 'and' | 'or' | 'not', start, end }
  return { kind: 'word', raw: found[0], quoted: false, closed: true, start, end }
}

function operator(text: string): Operator {
  if (text === ':') return '='
  return (text[0] === ':' ? text.slice(1) : text) as Operator
}

/** Takes the backslash away from every escaped character. */
export const unescaped = (raw: string): string => raw.replace(/\\([\s\S])/g, '$1')

function match(pattern: RegExp, text: string, at: number): { found: RegExpExecArray; end: number } | undefined {
  pattern.lastIndex = at
  const found = pattern.exec(text)
  return found === null ? undefined : { found, end: pattern.lastIndex }
}
