import { latin1 } from '../bytes/text.ts'
import type { Recognise } from './protocol.ts'

/** Recognises bytes that always begin the same. */
export const begins =
  (text: string): Recognise =>
  (bytes, start, end) => {
    const length = Math.min(text.length, end - start)
    if (latin1(bytes, start, start + length) !== text.slice(0, length)) return 'no'
    return length === text.length ? 'yes' : 'more'
  }

/** Recognises numbers at fixed places: needs `length` bytes, unless the first one says no. */
export const fits =
  (length: number, test: (bytes: Uint8Array, start: number, end: number) => boolean, first?: (byte: number) => boolean): Recognise =>
  (bytes, start, end) => {
    if (first !== undefined && !first(bytes[start])) return 'no'
    if (end - start < length) return 'more'
    return test(bytes, start, end) ? 'yes' : 'no'
  }
