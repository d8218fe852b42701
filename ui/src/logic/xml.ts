/** XML laid out over lines, two spaces a level. An element with only text in it stays on one line; what is not well formed comes out as it is, only indented otherwise. */
export function layoutXml(text: string): string {
  const tokens = text.match(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<[^>]*>|[^<]+|</g) ?? []
  const lines: string[] = []
  let depth = 0
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i].trim()
    if (token === '') continue
    if (token.startsWith('</')) {
      depth = Math.max(depth - 1, 0)
      lines.push(indent(depth) + token)
    } else if (opens(token)) {
      const closing = tokens[i + 1]?.startsWith('</') ? 1 : tokens[i + 2]?.startsWith('</') && !tokens[i + 1].startsWith('<') ? 2 : 0
      lines.push(
        indent(depth) +
          token +
          tokens
            .slice(i + 1, i + 1 + closing)
            .map((part) => part.trim())
            .join(''),
      )
      if (closing > 0) i += closing
      else depth++
    } else lines.push(indent(depth) + token)
  }
  return lines.join('\n')
}

const indent = (depth: number): string => '  '.repeat(depth)
const opens = (token: string): boolean => token.startsWith('<') && token.endsWith('>') && !token.endsWith('/>') && !/^<[!?]/.test(token)
