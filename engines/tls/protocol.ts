import { u16be } from '../bytes/numbers.ts'
import type { Protocol, Recognise } from '../protocols/protocol.ts'
import { fits } from '../protocols/recognise.ts'
import { type SavedTls, TlsConnection } from './connection.ts'
import { isSsl2Hello } from './record.ts'

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_HELLO = 2
const LARGEST = 16_640

const begins = (type: number): Recognise =>
  fits(
    6,
    (bytes, at) => bytes[at + 1] === 3 && bytes[at + 2] <= 4 && bytes[at + 5] === type && u16be(bytes, at + 3) <= LARGEST,
    (byte) => byte === HANDSHAKE,
  )
const isClientHello = begins(CLIENT_HELLO)
/** SSL 2's ClientHello has its three lengths in its head, and they add up (RFC 5246 appendix E.2). */
const isOldHello = fits(
  11,
  (bytes, at) => {
    if (!isSsl2Hello(bytes, at)) return false
    const length = (u16be(bytes, at) & 0x7fff) - 9
    const [suites, session, challenge] = [u16be(bytes, at + 5), u16be(bytes, at + 7), u16be(bytes, at + 9)]
    return suites % 3 === 0 && challenge >= 16 && challenge <= 32 && suites + session + challenge === length
  },
  (byte) => byte >= 0x80,
)

const isClient: Recognise = (bytes, start, end) =>
  bytes[start] === HANDSHAKE ? isClientHello(bytes, start, end) : isOldHello(bytes, start, end)

/** TLS 1.0 to 1.3 (RFC 2246, 4346, 5246, 8446). A call for its handshake; what it carries is read when its secrets are known. */
export const tls: Protocol = {
  name: 'tls',
  transports: ['tcp'],
  client: isClient,
  server: begins(SERVER_HELLO),
  reader: {
    open: (_connection, host, beginning) => new TlsConnection(host, beginning),
    load: (saved, _connection, host) => TlsConnection.load(saved as SavedTls, host),
  },
}
