const SPACE = 32
const TAB = 9

/** Whether a line is an inline command: text, not bytes of another protocol. */
export const isInlineCommand = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) if (bytes[at] < SPACE && bytes[at] !== TAB) return false
  return from === to || bytes[from] !== 0x7f
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' }
/** A word: pieces in double quotes, in single quotes, or bare. */
const WORD = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']+)/g

/** The arguments of an inline command, or of a line of MONITOR: separated by blanks, quoted as in C or the shell. */
export const splitInline = (line: string): string[] => {
  const words: string[] = []
  let end = -1
  for (const match of line.matchAll(WORD)) {
    const [whole, double, single, bare] = match
    const text = double !== undefined ? unquoted(double) : single !== undefined ? single.replaceAll("\\'", "'") : bare
    if (end === match.index && words.length > 0) words[words.length - 1] += text
    else words.push(text)
    end = match.index + whole.length
  }
  return words
}

/** `\xNN` stays as it is: it stands for a byte that has no character. */
const unquoted = (text: string): string => text.replace(/\\([^x])/g, (_, letter: string) => ESCAPES[letter] ?? letter)
