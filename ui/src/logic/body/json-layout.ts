/** Deeper than this, lines are not indented any further; longer than this, nothing is laid out: bodies come from anybody, and indentation multiplies. */
const DEEPEST = 60
export const MOST_LAID_OUT = 20_000_000

export const indent = (depth: number): string => '  '.repeat(Math.min(depth, DEEPEST))

/**
 * JSON laid out over lines, two spaces a level. Works on the text, never on values: numbers keep all their digits, keys their order and doubles,
 * and a document that is cut in the middle, or several in a row, are laid out as far as they go.
 */
export function layoutJson(text: string): string {
  const out: string[] = []
  let depth = 0
  let at = 0
  let spaces = 0
  const line = () => {
    out.push(`\n${indent(depth)}`)
    spaces += out.at(-1)!.length
  }
  while (at < text.length) {
    if (spaces > MOST_LAID_OUT) return text
    const char = text[at]
    if (char === '"') {
      const end = stringEnd(text, at)
      out.push(text.slice(at, end))
      at = end
    } else if (char === '{' || char === '[') {
      const close = emptyUntil(text, at + 1, char === '{' ? '}' : ']')
      if (close > 0) {
        out.push(char, text[close])
        at = close + 1
      } else {
        out.push(char)
        depth++
        line()
        at++
      }
    } else if (char === '}' || char === ']') {
      depth = Math.max(depth - 1, 0)
      line()
      out.push(char)
      at++
    } else if (char === ',') {
      out.push(char)
      line()
      at++
    } else if (char === ':') {
      out.push(': ')
      at++
    } else if (isSpace(char)) {
      // Between documents in a row (NDJSON) a line break is all that parts them.
      if (depth === 0 && char === '\n' && out.length > 0) out.push('\n')
      at++
    } else {
      const end = wordEnd(text, at)
      out.push(text.slice(at, end))
      at = end
    }
  }
  return out.join('').trimEnd()
}

const isSpace = (char: string): boolean => char === ' ' || char === '\n' || char === '\r' || char === '\t'

function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

function wordEnd(text: string, start: number): number {
  let i = start
  while (i < text.length && !'"{}[],: \n\r\t'.includes(text[i])) i++
  return i
}

function emptyUntil(text: string, start: number, close: string): number {
  let i = start
  while (i < text.length && isSpace(text[i])) i++
  return text[i] === close ? i : -1
}
