import { u16be, u24be, u32be } from '../bytes/numbers.ts'
import type { Answer, Protocol, Recognise } from '../protocols/protocol.ts'
import { begins } from '../protocols/recognise.ts'
import { Http2Connection, type Saved } from './connection.ts'
import { END_HEADERS, FRAME_SIZE, HEAD, HEADERS, looksLikeHead, PADDED, PREFACE, SETTINGS, WITH_PRIORITY } from './frames.ts'

const isPreface = begins(PREFACE)

/**
 * A connection joined in its middle: frames, up to one of HEADERS, of a client's stream, whose block begins with a pseudo-header of the
 * static table (`first` to `last`), as the blocks of all encoders do.
 */
const leadsToHeaders = (bytes: Uint8Array, start: number, end: number, first: number, last: number): Answer => {
  if (bytes[start] !== 0) return 'no'
  if (end - start < HEAD + 7) return 'more'
  let frame = start
  while (frame + HEAD + 7 <= end && looksLikeHead(bytes, frame, FRAME_SIZE)) {
    if (bytes[frame + 3] === HEADERS) return isHeaders(bytes, frame, first, last) ? 'yes' : 'no'
    frame += HEAD + u24be(bytes, frame)
  }
  return 'no'
}

const isHeaders = (bytes: Uint8Array, frame: number, first: number, last: number): boolean => {
  const flags = bytes[frame + 4]
  if ((flags & END_HEADERS) === 0 || (u32be(bytes, frame + 5) & 1) === 0) return false
  const before = ((flags & PADDED) !== 0 ? 1 : 0) + ((flags & WITH_PRIORITY) !== 0 ? 5 : 0)
  const representation = bytes[frame + HEAD + before]
  return u24be(bytes, frame) > before && representation >= 0x80 + first && representation <= 0x80 + last
}

const isClient: Recognise = (bytes, start, end) => {
  const answer = isPreface(bytes, start, end)
  return answer === 'no' ? leadsToHeaders(bytes, start, end, 1, 7) : answer
}

/** The server begins with SETTINGS (section 3.4). */
const isServer: Recognise = (bytes, start, end) => {
  if (bytes[start] !== 0) return 'no'
  if (end - start < HEAD) return 'more'
  const isSettings = bytes[start + 3] === SETTINGS && (bytes[start + 4] & ~1) === 0 && u32be(bytes, start + 5) === 0
  return isSettings && u16be(bytes, start + 1) % 6 === 0 ? 'yes' : leadsToHeaders(bytes, start, end, 8, 14)
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
