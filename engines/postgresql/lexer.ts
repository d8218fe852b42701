/** Kinds of tokens. */
export const END = 0
export const BLANK = 1
export const LITERAL = 2
export const WORD = 3
/** Anything else: one character, or `$1`. */
export const SIGN = 4

const QUOTE = 39
const DOUBLE_QUOTE = 34
const BACKSLASH = 92
const DOLLAR = 36
const DASH = 45
const SLASH = 47
const STAR = 42
const DOT = 46

const isBlank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const isDigit = (code: number): boolean => code >= 48 && code <= 57
const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code >= 128
const isWord = (code: number): boolean => isLetter(code) || isDigit(code) || code === DOLLAR

/** The tokens of SQL as PostgreSQL has it (documentation, 4.1), each at `from`..`to`. What is cut ends with the text. */
export class Lexer {
  from = 0
  to = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  next(): number {
    const { text } = this
    const at = this.to
    this.from = at
    if (at >= text.length) return END
    const code = text.charCodeAt(at)
    const following = text.charCodeAt(at + 1)
    if (isBlank(code)) return this.take(this.while(at + 1, isBlank), BLANK)
    if (isLetter(code))
      return following === QUOTE && this.prefixes(code)
        ? this.take(this.literal(at + 2, (code | 32) === 101), LITERAL)
        : this.take(this.while(at + 1, isWord), WORD)
    if (code === QUOTE) return this.take(this.literal(at + 1, false), LITERAL)
    if (code === DOUBLE_QUOTE) return this.take(this.quoted(at + 1), WORD)
    if (isDigit(code) || (code === DOT && isDigit(following))) return this.take(this.number(at), LITERAL)
    if (code === DOLLAR) return this.dollar(at)
    if (code === DASH && following === DASH) return this.take(this.behind('\n', at), BLANK)
    if (code === SLASH && following === STAR) return this.take(this.behind('*/', at + 2), BLANK)
    return this.take(at + 1, SIGN)
  }

  private take(to: number, kind: number): number {
    this.to = to
    return kind
  }

  private while(at: number, is: (code: number) => boolean): number {
    while (at < this.text.length && is(this.text.charCodeAt(at))) at++
    return at
  }

  private behind(end: string, from: number): number {
    const found = this.text.indexOf(end, from)
    return found < 0 ? this.text.length : found + end.length
  }

  /** Letters that a literal may begin with: E, B, X, N. */
  private prefixes(code: number): boolean {
    const lower = code | 32
    return lower === 101 || lower === 98 || lower === 120 || lower === 110
  }

  private literal(from: number, escapes: boolean): number {
    const { text } = this
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code === BACKSLASH && escapes) at++
      else if (code === QUOTE) {
        if (text.charCodeAt(at + 1) !== QUOTE) return at + 1
        at++
      }
    }
    return text.length
  }

  private quoted(from: number): number {
    const { text } = this
    for (let at = from; at < text.length; at++)
      if (text.charCodeAt(at) === DOUBLE_QUOTE) {
        if (text.charCodeAt(at + 1) !== DOUBLE_QUOTE) return at + 1
        at++
      }
    return text.length
  }

  /** Digits with a point and an exponent; also `0x1f` and `1_000`. */
  private number(from: number): number {
    const { text } = this
    let at = this.while(from, isWord)
    if (text.charCodeAt(at) === DOT) at = this.while(at + 1, isWord)
    const sign = text.charCodeAt(at)
    if ((text.charCodeAt(at - 1) | 32) === 101 && (sign === DASH || sign === 43) && isDigit(text.charCodeAt(at + 1)))
      at = this.while(at + 1, isDigit)
    return at
  }

  /** A parameter, or a literal between two equal tags. */
  private dollar(at: number): number {
    const { text } = this
    const end = this.while(at + 1, (code) => isLetter(code) || isDigit(code))
    if (isDigit(text.charCodeAt(at + 1))) return this.take(this.while(at + 1, isDigit), SIGN)
    if (text.charCodeAt(end) !== DOLLAR) return this.take(at + 1, SIGN)
    return this.take(this.behind(text.slice(at, end + 1), end + 1), LITERAL)
  }
}
