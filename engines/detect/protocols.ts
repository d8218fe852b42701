import { u16be, u32be } from '../bytes/numbers.ts'
import { latin1 } from '../bytes/text.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'

/** What the beginning of one side's stream says: `more`: too few bytes to tell. */
export type Answer = 'yes' | 'no' | 'more'
type Recognise = (bytes: Uint8Array, start: number, end: number) => Answer

interface Recogniser {
  name: string
  side: Side
  recognise: Recognise
}

/** A recogniser for bytes that always begin the same. */
const begins =
  (text: string): Recognise =>
  (bytes, start, end) => {
    const length = Math.min(text.length, end - start)
    if (latin1(bytes, start, start + length) !== text.slice(0, length)) return 'no'
    return length === text.length ? 'yes' : 'more'
  }

/** A recogniser for numbers at fixed places: needs `length` bytes, unless the first ones say no. */
const fits =
  (length: number, test: (bytes: Uint8Array, start: number, end: number) => boolean, first?: (byte: number) => boolean): Recognise =>
  (bytes, start, end) => {
    if (first !== undefined && !first(bytes[start])) return 'no'
    if (end - start < length) return 'more'
    return test(bytes, start, end) ? 'yes' : 'no'
  }

const METHODS =
  /^(GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|PROPFIND|PROPPATCH|MKCOL|COPY|MOVE|LOCK|UNLOCK|SEARCH|REPORT|PURGE|NOTIFY|M-SEARCH|SUBSCRIBE|UNSUBSCRIBE) /
const REQUEST = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [^\r\n]* HTTP\/1\.\d[ \t]*\r?\n/
const REQUEST_SO_FAR = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}( [^\r\n]*\r?)?$/
/** A longer request line is told by its method. */
const LONGEST_LINE = 256

/** A whole request line, or one that goes on behind a method that is registered. Line ends before it do not count. */
const httpRequest: Recognise = (bytes, start, end) => {
  const text = latin1(bytes, start, Math.min(end, start + LONGEST_LINE)).replace(/^[\r\n]+/, '')
  if (REQUEST.test(text)) return 'yes'
  if (text.length > 0 && !REQUEST_SO_FAR.test(text)) return 'no'
  if (METHODS.test(text) && / [/*h]/.test(text)) return 'yes'
  return text.length < LONGEST_LINE ? 'more' : 'no'
}

const HANDSHAKE = 22
const isTls = fits(
  6,
  (bytes, at) => bytes[at + 1] === 3 && bytes[at + 2] <= 4 && bytes[at + 5] <= 2 && u16be(bytes, at + 3) <= 16640,
  (byte) => byte === HANDSHAKE,
)
const isPostgres = fits(
  8,
  (bytes, at) =>
    [196608, 80877102, 80877103, 80877104].includes(u32be(bytes, at + 4)) && u32be(bytes, at) >= 8 && u32be(bytes, at) < 10_000,
  (byte) => byte === 0,
)
const isMysql = fits(6, (bytes, at) => bytes[at + 3] === 0 && bytes[at + 4] === 10 && bytes[at + 5] >= 48 && bytes[at + 5] <= 57)
const isRedis = fits(
  4,
  (bytes, at, end) => /^\*\d{1,7}\r\n(\$|$)/.test(latin1(bytes, at, Math.min(end, at + 12))),
  (byte) => byte === 42,
)
const isHttp2Frame = fits(
  9,
  (bytes, at) => bytes[at + 3] === 4 && (bytes[at + 4] & ~1) === 0 && u32be(bytes, at + 5) === 0 && u16be(bytes, at + 1) % 6 === 0,
  (byte) => byte === 0,
)

/** One line a protocol and side. The first that says yes has it, so the more particular goes first. */
export const PROTOCOLS = [
  { name: 'h2', side: CLIENT, recognise: begins('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') },
  { name: 'h2', side: SERVER, recognise: isHttp2Frame },
  { name: 'tls', side: CLIENT, recognise: isTls },
  { name: 'tls', side: SERVER, recognise: isTls },
  { name: 'ssh', side: CLIENT, recognise: begins('SSH-') },
  { name: 'ssh', side: SERVER, recognise: begins('SSH-') },
  { name: 'postgresql', side: CLIENT, recognise: isPostgres },
  { name: 'mysql', side: SERVER, recognise: isMysql },
  { name: 'redis', side: CLIENT, recognise: isRedis },
  { name: 'http', side: CLIENT, recognise: httpRequest },
  { name: 'http', side: SERVER, recognise: begins('HTTP/1.') },
] as const satisfies readonly Recogniser[]

export type Protocol = (typeof PROTOCOLS)[number]['name'] | 'unknown'
