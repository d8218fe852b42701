import { u16be } from '../bytes/numbers.ts'
import { latin1 } from '../bytes/text.ts'

/** RFC 1035 section 3.1: in bytes, with the lengths of the labels. */
const LONGEST_NAME = 255
const LONGEST_LABEL = 63
/** A name has at most 127 labels, so that more pointers than these say nothing. */
const MOST_POINTERS = 128
const POINTER = 0xc0

export interface Name {
  /** In lower case (names differ by no case, RFC 4343), without the last dot; the root is `.`. */
  name: string
  /** Where what follows it begins. */
  next: number
}

/** The name at `from` of the message `start`..`end`; undefined when it is cut or wrong. Pointers only go back (RFC 1035 section 4.1.4), so they come to an end. */
export const readName = (bytes: Uint8Array, start: number, from: number, end: number): Name | undefined => {
  let next = -1
  let at = from
  let lowest = from
  let length = 0
  let pointers = 0
  let written = 0
  while (at < end) {
    const size = bytes[at]
    if (size === 0) return { name: written === 0 ? '.' : latin1(text, 0, written), next: next < 0 ? at + 1 : next }
    if (size >= POINTER) {
      if (at + 2 > end || ++pointers > MOST_POINTERS) return undefined
      const target = start + (u16be(bytes, at) & 0x3fff)
      if (target >= lowest) return undefined
      if (next < 0) next = at + 2
      lowest = target
      at = target
      continue
    }
    length += size + 1
    if (size > LONGEST_LABEL || at + 1 + size > end || length >= LONGEST_NAME) return undefined
    if (written > 0) text[written++] = DOT
    written = writeLabel(bytes, at + 1, size, written)
    at += 1 + size
  }
  return undefined
}

/** Where a name is written: each of its bytes takes at most four characters. */
const text = new Uint8Array(4 * LONGEST_NAME)

/** A name is for people, and may not smuggle control characters: what is no visible ASCII is escaped (RFC 1035 section 5.1). Answers where it ends in `text`. */
const writeLabel = (bytes: Uint8Array, at: number, length: number, written: number): number => {
  let end = written
  for (let i = at; i < at + length; i++) {
    const plain = PLAIN[bytes[i]]
    if (plain !== 0) text[end++] = plain
    else for (const character of CHARACTERS[bytes[i]]) text[end++] = character.charCodeAt(0)
  }
  return end
}

const DOT = 0x2e
const BACKSLASH = 0x5c
const QUOTE = 0x22

/** Each byte within a text: as it is, or escaped. */
export const escaped = (byte: number, special: readonly number[]): string => {
  if (byte < 0x20 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`
  return special.includes(byte) ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte)
}

const CHARACTERS = Array.from({ length: 256 }, (_, byte) =>
  byte === 0x20 ? '\\032' : escaped(byte, [DOT, BACKSLASH, QUOTE]).toLowerCase(),
)
/** What is written as one character; 0: as several. */
const PLAIN = Uint8Array.from(CHARACTERS, (written) => (written.length === 1 ? written.charCodeAt(0) : 0))
