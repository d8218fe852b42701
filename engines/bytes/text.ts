import { methods } from './buffer.ts'

const { latin1Slice, utf8Slice, latin1Write, utf8Write } = methods

/** The bytes `start`..`end` as text, one character a byte (ISO 8859-1): never fails, loses nothing, and is ASCII where the bytes are. */
export const latin1 = (bytes: Uint8Array, start: number, end: number): string => latin1Slice.call(bytes, start, end)

/** The bytes `start`..`end` as UTF-8 text; what is not UTF-8 becomes U+FFFD. */
export const utf8 = (bytes: Uint8Array, start: number, end: number): string => utf8Slice.call(bytes, start, end)

/** The inverse of `latin1`: one byte a character, its low eight bits. */
export const fromLatin1 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length)
  latin1Write.call(bytes, text, 0, text.length)
  return bytes
}

const USUAL = 16 * 1024
const scratch = new Uint8Array(USUAL)

/** Text as UTF-8, up to `limit` bytes of it: a character that does not fit whole is left out. */
export const fromUtf8 = (text: string, limit = text.length * 3): Uint8Array => {
  const most = Math.min(text.length * 3, limit)
  const room = most <= USUAL ? scratch : new Uint8Array(most)
  return room.slice(0, utf8Write.call(room, text, 0, most))
}
