import { copyOf } from '../bytes/copy.ts'
import { u16be } from '../bytes/numbers.ts'
import { utf8 } from '../bytes/text.ts'
import type { HttpBody } from '../http/facts.ts'
import { CLOSE, TEXT } from './frame.ts'

const LONGEST_SUMMARY = 300
/** What a summary, or a reason to close, may need of a payload, in bytes. */
export const BEGINNING = 4 * LONGEST_SUMMARY

/** JSON is told from other text by its first character, and by being JSON whole. */
export const mimeTypeOf = (opcode: number, { content, truncated, undecoded }: HttpBody): string => {
  if (opcode !== TEXT || undecoded !== undefined) return 'application/octet-stream'
  if (content === undefined || truncated || (content[0] !== 0x7b && content[0] !== 0x5b)) return 'text/plain'
  try {
    JSON.parse(utf8(content, 0, content.length))
    return 'application/json'
  } catch {
    return 'text/plain' // not JSON: that is the answer
  }
}

/** Text in one line. */
export const summaryOf = (opcode: number, { content, undecoded }: HttpBody): string | undefined => {
  if (opcode !== TEXT || content === undefined || undecoded !== undefined) return undefined
  return inOneLine(utf8(content, 0, Math.min(content.length, BEGINNING)))
}

const inOneLine = (text: string): string => {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line.length > LONGEST_SUMMARY ? `${line.slice(0, LONGEST_SUMMARY - 1)}…` : line
}

export interface Close {
  code: number
  reason?: string
}

/** What a close frame says (RFC 6455 section 5.5.1); undefined: no more than that. */
export const closeOf = (opcode: number, { content }: HttpBody): Close | undefined => {
  if (opcode !== CLOSE || content === undefined || content.length < 2) return undefined
  const reason = inOneLine(utf8(content, 2, Math.min(content.length, BEGINNING)))
  return { code: u16be(content, 0), ...(reason !== '' && { reason }) }
}

/** Codes that may stand in a close frame (RFC 6455 section 7.4; 1012 to 1014 are registered). */
export const mayClose = (code: number): boolean =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000)

/** No more of a body than `keep`. */
export const keptOf = (body: HttpBody, keep: number): HttpBody => {
  const { content } = body
  if (content === undefined || content.length <= keep) return body
  return { ...body, content: keep === 0 ? undefined : copyOf(content, 0, keep), truncated: keep > 0 }
}
