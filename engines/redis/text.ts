import { latin1, utf8 } from '../bytes/text.ts'

const NOT_UTF8 = '\ufffd'

/** A string's bytes as text: UTF-8, or else as redis-cli shows binary data, with `\xNN` for what is not printable ASCII. `cut`: only its beginning is there, whose last character may be cut. */
export const textOf = (bytes: Uint8Array, from: number, to: number, cut = false): string => {
  const text = utf8(bytes, from, cut ? wholeCharacters(bytes, from, to) : to)
  return text.includes(NOT_UTF8) ? escaped(latin1(bytes, from, to)) : text
}

/** Words in upper case, by how they were sent. Bounded: what is no command of Redis is not kept. */
const words = new Map<string, string>()
const MOST_WORDS = 1024

/** A word, such as the name of a command, in upper case. */
export const upperCase = (word: string): string => {
  const known = words.get(word)
  if (known !== undefined) return known
  const upper = word.toUpperCase()
  if (words.size < MOST_WORDS && word.length < 32) words.set(word, upper)
  return upper
}

/** Before a last character that is cut, if one is. */
const wholeCharacters = (bytes: Uint8Array, from: number, to: number): number => {
  for (let at = to - 1; at >= from && at > to - 4; at--) {
    if (bytes[at] >= 0xc0) return at
    if (bytes[at] < 0x80) return to
  }
  return to
}

export const escaped = (text: string): string =>
  text.replace(/[^\x20-\x7e]|\\/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`)

/** As one reads it in a line: in quotes where it would run together with its neighbours, at most `most` characters. */
export const shown = (text: string, most: number): string => {
  const short = text.length > most ? `${text.slice(0, most - 1)}…` : text
  return isPlain(short) ? short : JSON.stringify(short)
}

/** Visible characters without quotes, one at least. */
const isPlain = (text: string): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code <= 0x20 || code === QUOTE || (code > 0x7e && code < 0xa1)) return false
  }
  return text !== ''
}
const QUOTE = 0x22
