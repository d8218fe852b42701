import { fromLatin1, latin1, utf8 } from '../bytes/text.ts'

export interface Part {
  /** Name and value of each. */
  headers: [string, string][]
  /** Of `content-disposition` (RFC 7578, section 4.2). */
  name: string | undefined
  file: string | undefined
  body: Uint8Array
  /** Its end was not there. */
  cut: boolean
}

const MOST_PARTS = 1000
const MOST_HEADERS = 16_384

/** Parts of a multipart body (RFC 2046, section 5.1.1). Undefined: the media type names no boundary, or the body never has it. */
export function readMultipart(bytes: Uint8Array, type: string): Part[] | undefined {
  const boundary = parameterOf(type, 'boundary')
  if (!boundary || boundary.length > 200) return undefined
  // One character a byte: places in the text are places in the bytes.
  const text = latin1(bytes, 0, bytes.length)
  const mark = `--${boundary}`
  let at = text.startsWith(mark) ? 0 : text.indexOf(`\n${mark}`) + 1
  if (at === 0 && !text.startsWith(mark)) return undefined
  const parts: Part[] = []
  while (parts.length < MOST_PARTS) {
    const line = text.indexOf('\n', at + mark.length)
    if (text.startsWith('--', at + mark.length) || line < 0) break
    const end = text.indexOf(`\n${mark}`, line)
    parts.push(partOf(bytes, text, line + 1, end))
    if (end < 0) break
    at = end + 1
  }
  return parts
}

function partOf(bytes: Uint8Array, text: string, from: number, mark: number): Part {
  const end = mark < 0 ? text.length : text[mark - 1] === '\r' ? mark - 1 : mark
  const head = text.slice(from, Math.min(end, from + MOST_HEADERS))
  const gap = /^\r?\n|\r?\n\r?\n/.exec(head)
  const headers = (gap ? head.slice(0, gap.index) : '')
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const colon = line.indexOf(':')
      const value = colon < 0 ? '' : line.slice(colon + 1).trim()
      return [colon < 0 ? line : line.slice(0, colon), asUtf8(value)]
    })
  const disposition = headers.find(([name]) => name.toLowerCase() === 'content-disposition')?.[1] ?? ''
  const body = bytes.subarray(Math.min(from + (gap ? gap.index + gap[0].length : 0), end), Math.max(end, from))
  return { headers, name: parameterOf(disposition, 'name'), file: parameterOf(disposition, 'filename'), body, cut: mark < 0 }
}

/** A parameter of a header's value, as a token or quoted (RFC 9110, section 5.6.6). */
export function parameterOf(value: string, name: string): string | undefined {
  const [, quoted, token] = new RegExp(`;\\s*${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(value) ?? []
  return quoted?.replaceAll(/\\(["\\])/g, '$1') ?? token
}

/** What was read one character a byte, as it was meant. */
function asUtf8(text: string): string {
  const bytes = fromLatin1(text)
  return utf8(bytes, 0, bytes.length)
}
