import { u24be, u32be } from '../bytes/numbers.ts'

/** Types of frames (RFC 9113 section 6). */
export const DATA = 0
export const HEADERS = 1
export const PRIORITY = 2
export const RST_STREAM = 3
export const SETTINGS = 4
export const PUSH_PROMISE = 5
export const PING = 6
export const GOAWAY = 7
export const WINDOW_UPDATE = 8
export const CONTINUATION = 9

export const END_STREAM = 0x1
export const ACK = 0x1
export const END_HEADERS = 0x4
export const PADDED = 0x8
export const WITH_PRIORITY = 0x20

export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
export const HEAD = 9
/** SETTINGS_MAX_FRAME_SIZE unless it is changed (section 6.5.2). */
export const FRAME_SIZE = 16_384

export interface Frame {
  type: number
  flags: number
  stream: number
  /** Of the payload. */
  length: number
  /** Of its first byte, in the side's stream. */
  offset: number
}

export const readHead = (bytes: Uint8Array, at: number, offset: number): Frame => ({
  type: bytes[at + 3],
  flags: bytes[at + 4],
  stream: u32be(bytes, at + 5) & 0x7fffffff,
  length: u24be(bytes, at),
  offset,
})

/** What is wrong with a frame's head as such (sections 4.2 and 6). Types that nobody knows are allowed. */
export const wrongHead = ({ type, flags, stream, length }: Frame, largest: number): string | undefined => {
  if (length > largest) return 'frame-too-large'
  switch (type) {
    case DATA:
    case HEADERS:
    case CONTINUATION:
      if (stream === 0) return 'frame-without-stream'
      return (flags & PADDED) !== 0 && type !== CONTINUATION && length === 0 ? 'bad-frame-length' : undefined
    case PRIORITY:
      return length === 5 ? undefined : 'bad-frame-length'
    case RST_STREAM:
      return length === 4 ? undefined : 'bad-frame-length'
    case SETTINGS:
      if (stream !== 0) return 'frame-with-stream'
      return length % 6 === 0 && ((flags & ACK) === 0 || length === 0) ? undefined : 'bad-frame-length'
    case PUSH_PROMISE:
      return length >= 4 ? undefined : 'bad-frame-length'
    case PING:
      return length === 8 ? undefined : 'bad-frame-length'
    case GOAWAY:
      return length >= 8 ? undefined : 'bad-frame-length'
    case WINDOW_UPDATE:
      return length === 4 ? undefined : 'bad-frame-length'
    default:
      return undefined
  }
}

/** Flags that a type has; others are not sent by anybody (section 4.1: they must be left unset). */
const FLAGS = [0x09, 0x2d, 0, 0, 0x01, 0x0c, 0x01, 0, 0, 0x04]
/** Numbers of streams beyond this are taken for chance. */
const LARGEST_STREAM = 2 ** 28

/** Whether nine bytes that may lie anywhere look like a frame's head: stricter than reading. */
export const looksLikeHead = (bytes: Uint8Array, at: number, largest: number): boolean => {
  const type = bytes[at + 3]
  if (type > CONTINUATION || (bytes[at + 4] & ~FLAGS[type]) !== 0 || bytes[at + 5] >= 0x80) return false
  const frame = readHead(bytes, at, 0)
  if (frame.stream > LARGEST_STREAM || wrongHead(frame, largest) !== undefined) return false
  const ofStream = type !== SETTINGS && type !== PING && type !== GOAWAY && type !== WINDOW_UPDATE
  if (ofStream && frame.stream === 0) return false
  return (type !== PING && type !== GOAWAY) || frame.stream === 0
}

/** So many heads in a row are no chance. */
const ENOUGH = 3

/**
 * Where in a segment frames begin again after a loss; -1 when nowhere. At its beginning one head is enough, since ends write whole frames; further
 * on there must be three in a row, or two that end with the segment.
 */
export const findFrame = (bytes: Uint8Array, start: number, end: number, largest: number): number => {
  for (let from = start; from + HEAD <= end; from++)
    if (looksLikeHead(bytes, from, largest) && chains(bytes, from, start, end, largest)) return from
  return -1
}

const chains = (bytes: Uint8Array, from: number, start: number, end: number, largest: number): boolean => {
  let at = from
  for (let heads = 0; heads < ENOUGH; heads++) {
    if (at === end) return heads > 1 || from === start
    if (at + HEAD > end) return from === start && heads > 0
    if (!looksLikeHead(bytes, at, largest)) return false
    at += HEAD + u24be(bytes, at)
  }
  return true
}

const ERRORS = [
  'no-error',
  'protocol-error',
  'internal-error',
  'flow-control-error',
  'settings-timeout',
  'stream-closed',
  'frame-size-error',
  'refused-stream',
  'cancel',
  'compression-error',
  'connect-error',
  'enhance-your-calm',
  'inadequate-security',
  'http-1.1-required',
]

/** Section 7, as a code of ours. */
export const errorName = (code: number): string => ERRORS[code] ?? 'unknown-error'
