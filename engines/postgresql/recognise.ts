import { u32be } from '../bytes/numbers.ts'
import type { Recognise } from '../protocols/protocol.ts'
import { BACKEND, CANCEL_REQUEST, FRONTEND, GSS_REQUEST, isVersion3, SSL_REQUEST } from './codes.ts'
import { LIMITS } from './limits.ts'

const READY = 90 // Z
const SYNC = 83 // S
/** Lengths of messages that have only one. */
const LENGTHS: Readonly<Record<'frontend' | 'backend', Readonly<Record<number, number>>>> = {
  frontend: { [SYNC]: 4, 72: 4, 99: 4, 88: 4 },
  backend: { [READY]: 5, 49: 4, 50: 4, 51: 4, 110: 4, 115: 4, 73: 4, 99: 4 },
}
/** A first message longer than this is only believed when it ends in the segment. */
const PLAUSIBLE = 16 * 1024 * 1024

/** Whether a start-up, or what may come in its place, begins here. */
export const isStartup = (bytes: Uint8Array, at: number, end: number): boolean => {
  if (end - at < 8) return false
  const [length, code] = [u32be(bytes, at), u32be(bytes, at + 4)]
  if (code === SSL_REQUEST || code === GSS_REQUEST) return length === 8
  if (code === CANCEL_REQUEST) return length >= 16 && length <= 272
  return isVersion3(code) && length >= 9 && length <= LIMITS.startup
}

/** How many messages lie one behind another in `start`..`end`: 0 when they are none, or what follows them is none. The last may go on behind the end. */
const chain = (bytes: Uint8Array, start: number, end: number, server: boolean): { whole: number; exact: boolean } | undefined => {
  const types = server ? BACKEND : FRONTEND
  const lengths = LENGTHS[server ? 'backend' : 'frontend']
  let at = start
  let whole = 0
  while (at + 5 <= end && whole < 64) {
    const [type, length] = [bytes[at], u32be(bytes, at + 1)]
    if (!types.has(type) || length < 4 || length > PLAUSIBLE || (lengths[type] ?? length) !== length) return undefined
    if (at + 1 + length > end) return { whole, exact: false }
    if (type === READY && server && !(bytes[at + 5] === 73 || bytes[at + 5] === 84 || bytes[at + 5] === 69)) return undefined
    // These end with the zero byte of a text.
    if (!server && (type === 81 || (type === 68 && bytes[at + 5] !== 83 && bytes[at + 5] !== 80)) && bytes[at + length] !== 0)
      return undefined
    if (server && (type === 67 || type === 69 || type === 78) && bytes[at + length] !== 0) return undefined
    at += 1 + length
    whole++
  }
  if (at < end && end - at < 5 && !types.has(bytes[at])) return undefined
  return { whole, exact: at === end }
}

/** The client's first bytes: a start-up, or in a conversation under way messages that fill the segment, the last of which waits for an answer. */
export const isClient: Recognise = (bytes, start, end) => {
  if (bytes[start] === 0) {
    if (end - start < 8) return bytes.subarray(start, Math.min(end, start + 2)).some((byte) => byte !== 0) ? 'no' : 'more'
    return isStartup(bytes, start, end) ? 'yes' : 'no'
  }
  return mayBeRequests(bytes, start, end) ? 'yes' : 'no'
}

/** The server's: a request for authentication, or messages that end with ReadyForQuery. */
export const isServer: Recognise = (bytes, start, end) => {
  const found = chain(bytes, start, end, true)
  if (found === undefined || found.whole === 0) return 'no'
  if (bytes[start] === 0x52) return u32be(bytes, start + 5) <= 12 && u32be(bytes, start + 1) >= 8 ? 'yes' : 'no'
  return endsReady(bytes, start, end) && found.whole > 1 ? 'yes' : 'no'
}

/** Where reading a client goes on after a loss: messages fill the segment; the last is Sync, Flush, or a query alone. */
export const mayBeRequests = (bytes: Uint8Array, start: number, end: number): boolean => {
  const found = chain(bytes, start, end, false)
  if (found === undefined || !found.exact || found.whole === 0) return false
  if (bytes[start] === 81) return end - start > 6 && isText(bytes, start + 5, end - 1)
  const last = bytes[end - 5]
  return found.whole > 1 && (last === SYNC || last === 72) && u32be(bytes, end - 4) === 4
}

const isText = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < Math.min(to, from + 256); at++) if (bytes[at] < 9 || (bytes[at] > 13 && bytes[at] < 32)) return false
  return true
}

/** Where reading a server goes on: messages begin with the segment. */
export const mayBeAnswers = (bytes: Uint8Array, start: number, end: number): boolean => (chain(bytes, start, end, true)?.whole ?? 0) > 0

/** ReadyForQuery at the segment's end: from there on all is known. */
export const endsReady = (bytes: Uint8Array, start: number, end: number): boolean => {
  const at = end - 6
  return (
    at >= start &&
    bytes[at] === READY &&
    u32be(bytes, at + 1) === 5 &&
    (bytes[at + 5] === 73 || bytes[at + 5] === 84 || bytes[at + 5] === 69)
  )
}
