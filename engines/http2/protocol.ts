import { u16be, u24be, u32be } from '../bytes/numbers.ts'
import type { Answer, Protocol, Recognise } from '../protocols/protocol.ts'
import { begins } from '../protocols/recognise.ts'
import { Http2Connection, type Saved } from './connection.ts'
import { END_HEADERS, FRAME_SIZE, HEAD, HEADERS, looksLikeHead, PADDED, PREFACE, SETTINGS, WITH_PRIORITY } from './frames.ts'

const isPreface = begins(PREFACE)

/**
 * A connection joined in its middle, at a frame of HEADERS: a client's stream, and a block that begins with a pseudo-header of the static
 * table (`first` to `last`), as the blocks of all encoders do.
 */
const isHeaders = (bytes: Uint8Array, start: number, end: number, first: number, last: number): Answer => {
  if (bytes[start] !== 0) return 'no'
  if (end - start < HEAD + 7) return 'more'
  const flags = bytes[start + 4]
  if (bytes[start + 3] !== HEADERS || !looksLikeHead(bytes, start, FRAME_SIZE) || (flags & END_HEADERS) === 0) return 'no'
  if ((u32be(bytes, start + 5) & 1) === 0) return 'no'
  const at = start + HEAD + ((flags & PADDED) !== 0 ? 1 : 0) + ((flags & WITH_PRIORITY) !== 0 ? 5 : 0)
  if (u24be(bytes, start) < at - start - HEAD + 1) return 'no'
  const index = bytes[at] & 0x7f
  return bytes[at] >= 0x80 && index >= first && index <= last ? 'yes' : 'no'
}

const isClient: Recognise = (bytes, start, end) => {
  const answer = isPreface(bytes, start, end)
  return answer === 'no' ? isHeaders(bytes, start, end, 1, 7) : answer
}

/** The server begins with SETTINGS (section 3.4). */
const isServer: Recognise = (bytes, start, end) => {
  if (bytes[start] !== 0) return 'no'
  if (end - start < HEAD) return 'more'
  const isSettings = bytes[start + 3] === SETTINGS && (bytes[start + 4] & ~1) === 0 && u32be(bytes, start + 5) === 0
  return isSettings && u16be(bytes, start + 1) % 6 === 0 ? 'yes' : isHeaders(bytes, start, end, 8, 14)
}

/** HTTP/2 (RFC 9113): with prior knowledge, or after an upgrade. Its exchanges are HTTP's. */
export const h2: Protocol = {
  name: 'h2',
  transports: ['tcp'],
  upgrade: 'h2c',
  client: isClient,
  server: isServer,
  reader: {
    open(_connection, host, beginning) {
      const connection = new Http2Connection(host)
      connection.begin(beginning)
      return connection
    },
    load: (saved, _connection, host) => Http2Connection.load(saved as Saved, host),
  },
}
