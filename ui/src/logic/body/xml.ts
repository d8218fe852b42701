import { indent, MOST_LAID_OUT } from './json-layout.ts'

/** XML laid out over lines. An element with only text in it stays on one line; what is not well formed comes out as it is, only indented otherwise. */
export function layoutXml(text: string): string {
  const tokens = tokenize(text)
  const lines: string[] = []
  let depth = 0
  let length = 0
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i].trim()
    if (token === '') continue
    let line = token
    if (token.startsWith('</')) depth = Math.max(depth - 1, 0)
    const at = depth
    if (opens(token)) {
      const closing = tokens[i + 1]?.startsWith('</') ? 1 : tokens[i + 2]?.startsWith('</') && !tokens[i + 1].startsWith('<') ? 2 : 0
      for (let inner = 1; inner <= closing; inner++) line += tokens[i + inner].trim()
      if (closing > 0) i += closing
      else depth++
    }
    lines.push(indent(at) + line)
    length += lines.at(-1)!.length + 1
    if (length > MOST_LAID_OUT) return text
  }
  return lines.join('\n')
}

const opens = (token: string): boolean => token.startsWith('<') && token.endsWith('>') && !token.endsWith('/>') && !/^<[/!?]/.test(token)

/** How the kinds of markup begin and end, the special ones first. */
const MARKUP: [string, string][] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<', '>'],
]

/** Markup and the text between, in one pass: markup without an end takes all that is left. */
function tokenize(text: string): string[] {
  const tokens: string[] = []
  let at = 0
  while (at < text.length) {
    const ending = MARKUP.find(([start]) => text.startsWith(start, at))?.[1]
    const found = text.indexOf(ending ?? '<', at)
    const end = found < 0 ? text.length : found + (ending?.length ?? 0)
    tokens.push(text.slice(at, end))
    at = end
  }
  return tokens
}
