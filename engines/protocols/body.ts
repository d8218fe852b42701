import { fromUtf8 } from '../bytes/text.ts'
import type { HttpBody } from '../http/facts.ts'

const NOTHING = new Uint8Array(0)

/** A part's body that was written as text: its first `most` bytes. `cut`: the text is only a beginning already, of a whole of about `bytes` bytes. */
export const bodyOfText = (text: string, most: number, cut = false, bytes = 0): HttpBody => {
  const content = most > 0 ? fromUtf8(text, most) : NOTHING
  const truncated = cut || content.length < text.length
  const length = truncated ? Math.max(bytes, content.length, text.length) : content.length
  return { bytes: length, sha256: undefined, content: most > 0 ? content : undefined, truncated, undecoded: undefined }
}

/** The same of texts as a JSON array. Where nothing is kept of it, it is counted and not written. */
export const bodyOfTexts = (texts: readonly string[], most: number, cut: boolean, bytes: number): HttpBody => {
  if (most > 0) return bodyOfText(JSON.stringify(texts), most, cut, bytes)
  let length = 1 + Math.max(1, texts.length)
  for (const text of texts) length += isEscaped(text) ? JSON.stringify(text).length : text.length + 2
  return { bytes: Math.max(bytes, length), sha256: undefined, content: undefined, truncated: true, undecoded: undefined }
}

/** Whether it has characters that JSON may not have as they are. */
const isEscaped = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code === QUOTE || code === BACKSLASH || (code >= 0xd800 && code < 0xe000)) return true
  }
  return false
}
const QUOTE = 0x22
const BACKSLASH = 0x5c
