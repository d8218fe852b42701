/** Rows of values between commas, or what stands for them (RFC 4180). Never throws: a quote without an end takes the rest. */
export function readCsv(text: string, most: number): { rows: string[][]; more: boolean } {
  const separator = separatorOf(text)
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    let value = ''
    if (text[at] === '"') {
      let end = at + 1
      for (;;) {
        const quote = text.indexOf('"', end)
        if (quote < 0 || text[quote + 1] !== '"') {
          value += text.slice(end, quote < 0 ? text.length : quote)
          at = quote < 0 ? text.length : quote + 1
          break
        }
        value += text.slice(end, quote + 1)
        end = quote + 2
      }
    }
    let end = at
    while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++
    row.push(value + text.slice(at, end))
    at = end
    if (text[at] === separator) {
      at++
      if (at < text.length && text[at] !== '\n' && text[at] !== '\r') continue
      row.push('')
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    rows.push(row)
    row = []
    if (rows.length === most) return { rows, more: at < text.length }
  }
  return { rows, more: false }
}

/** The most frequent of those in use, in the first line. */
function separatorOf(text: string): string {
  const first = text
    .slice(0, 10_000)
    .split(/[\r\n]/, 1)[0]
    .replaceAll(/"[^"]*"/g, '')
  const times = (char: string) => first.split(char).length
  return [',', ';', '\t', '|'].reduce((best, char) => (times(char) > times(best) ? char : best))
}
