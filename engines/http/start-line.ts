import { latin1 } from '../bytes/text.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'
import { CR, isBlank, isDigit, SPACE, TOKEN } from './characters.ts'
import { isCutMethod } from './methods.ts'

/** A request line or a status line. One shape for both, so that the code that reads it stays fast. */
export interface StartLine {
  version: string
  method: string
  target: string
  status: number
  reason: string
  findings: readonly string[]
}

/** Longer than any registered method by far: what goes on is not a request. */
const LONGEST_METHOD = 32
const NONE: readonly string[] = []

/**
 * Whether the bytes seen so far can begin a start line: the code of what is wrong, or undefined. It looks at each byte in order,
 * so that it says the same whether it sees the line whole or in pieces.
 */
export const wrongBeginning = (side: Side, bytes: Uint8Array, from: number, end: number): string | undefined => {
  if (side !== CLIENT) {
    const last = Math.min(end, from + 5)
    for (let at = from; at < last; at++) if (bytes[at] !== 'HTTP/'.charCodeAt(at - from)) return 'not-a-status-line'
    return undefined
  }
  let at = from
  while (at < end && TOKEN[bytes[at]] === 1) at++
  if (at - from > LONGEST_METHOD || (at < end && (bytes[at] !== SPACE || at === from))) return 'not-a-request-line'
  return undefined
}

/** Reads the line `from`..`end` (without its line end). Answers the code of what is wrong with it instead, when it is not HTTP/1. */
export const readStartLine = (side: Side, bytes: Uint8Array, from: number, end: number): StartLine | string =>
  wrongBeginning(side, bytes, from, end) ?? (side === CLIENT ? readRequestLine(bytes, from, end) : readStatusLine(bytes, from, end))

/** RFC 9112 section 3. The target is what lies between the first and the last space: some clients send it with spaces in it. */
const readRequestLine = (bytes: Uint8Array, from: number, lineEnd: number): StartLine | string => {
  let end = lineEnd
  while (end > from && isBlank(bytes[end - 1])) end--
  let methodEnd = from
  while (methodEnd < end && bytes[methodEnd] !== SPACE) methodEnd++
  let versionFrom = end
  while (versionFrom > methodEnd && !isBlank(bytes[versionFrom - 1])) versionFrom--
  if (versionFrom <= methodEnd + 1) return methodEnd < end ? 'request-without-version' : 'not-a-request-line'
  const version = readVersion(bytes, versionFrom, end)
  if (version === undefined) return isHttpName(bytes, versionFrom, end) ? 'unsupported-version' : 'request-without-version'
  let targetFrom = methodEnd
  while (isBlank(bytes[targetFrom])) targetFrom++
  let targetEnd = versionFrom
  while (targetEnd > targetFrom && isBlank(bytes[targetEnd - 1])) targetEnd--
  if (targetEnd <= targetFrom) return 'request-without-target'
  const target = latin1(bytes, targetFrom, targetEnd)
  let findings: string[] | readonly string[] = NONE
  if (targetFrom !== methodEnd + 1 || targetEnd !== versionFrom - 1 || end !== lineEnd) findings = ['start-line-whitespace']
  if (target.includes(' ')) findings = [...findings, 'space-in-target']
  return { version, method: latin1(bytes, from, methodEnd), target, status: 0, reason: '', findings }
}

/** RFC 9112 section 4. The space before an empty reason may be left out, as many servers do. */
const readStatusLine = (bytes: Uint8Array, from: number, end: number): StartLine | string => {
  const versionEnd = from + 8
  if (end < versionEnd) return 'not-a-status-line'
  const version = readVersion(bytes, from, versionEnd)
  if (version === undefined) return 'unsupported-version'
  let at = versionEnd
  while (at < end && isBlank(bytes[at])) at++
  if (at === versionEnd || end - at < 3) return 'bad-status-code'
  if (!isDigit(bytes[at]) || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 2])) return 'bad-status-code'
  const status = (bytes[at] - 48) * 100 + (bytes[at + 1] - 48) * 10 + bytes[at + 2] - 48
  if (status < 100 || (end > at + 3 && !isBlank(bytes[at + 3]))) return 'bad-status-code'
  const findings = at === versionEnd + 1 ? NONE : ['start-line-whitespace']
  return { version, method: '', target: '', status, reason: end > at + 4 ? latin1(bytes, at + 4, end) : '', findings }
}

const isHttpName = (bytes: Uint8Array, from: number, end: number): boolean =>
  end - from > 5 &&
  bytes[from] === 72 &&
  bytes[from + 1] === 84 &&
  bytes[from + 2] === 84 &&
  bytes[from + 3] === 80 &&
  bytes[from + 4] === 47

/** `HTTP/1.x`; undefined for anything else, another major version too. */
const readVersion = (bytes: Uint8Array, from: number, end: number): string | undefined => {
  if (end - from !== 8 || !isHttpName(bytes, from, end)) return undefined
  if (bytes[from + 5] !== 49 || bytes[from + 6] !== 46 || !isDigit(bytes[from + 7])) return undefined
  return bytes[from + 7] === 49 ? '1.1' : bytes[from + 7] === 48 ? '1.0' : latin1(bytes, from + 5, end)
}

const methodAt = (bytes: Uint8Array, from: number, end: number): string => {
  let to = from
  while (to < end && TOKEN[bytes[to]] === 1) to++
  return latin1(bytes, from, to)
}

const lineEnd = (bytes: Uint8Array, from: number, end: number): number => {
  const found = bytes.subarray(from, end).indexOf(10)
  if (found < 0) return -1
  return found > 0 && bytes[from + found - 1] === CR ? from + found - 1 : from + found
}

/**
 * Whether a segment that begins at `from` looks like the start of a message: the way back into step after bytes were lost.
 * Stricter than reading: a whole start line, or one cut by the segment's end behind a method and a target that are plain.
 */
export const looksLikeStart = (side: Side, bytes: Uint8Array, from: number, end: number): boolean => {
  if (end - from < 12 || wrongBeginning(side, bytes, from, end) !== undefined) return false
  if (side === CLIENT && isCutMethod(methodAt(bytes, from, end))) return false
  const line = lineEnd(bytes, from, Math.min(end, from + 8192))
  if (line >= 0) return typeof readStartLine(side, bytes, from, line) !== 'string'
  if (side !== CLIENT) return typeof readStatusLine(bytes, from, from + 12) !== 'string'
  return /^[A-Z]{3,16} (\/|\*|https?:)[\x21-\xff]*( (H(T(T(P(\/(1(\.\d?)?)?)?)?)?)?)?)?\r?$/.test(
    latin1(bytes, from, Math.min(end, from + 8192)),
  )
}
