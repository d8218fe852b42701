import { latin1 } from '../bytes/text.ts'
import type { Protocol, Recognise } from '../protocols/protocol.ts'
import { begins } from '../protocols/recognise.ts'
import { HttpConnection, type Saved } from './connection.ts'
import { beginsWithMethod } from './methods.ts'

const REQUEST = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} [^\r\n]* HTTP\/1\.\d[ \t]*\r?\n/
const REQUEST_SO_FAR = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32}( [^\r\n]*\r?)?$/
/** A longer request line is told by its method. */
const LONGEST_LINE = 256

/** A whole request line, or one that goes on behind a method that is registered. Line ends before it do not count. */
const isRequest: Recognise = (bytes, start, end) => {
  const text = latin1(bytes, start, Math.min(end, start + LONGEST_LINE)).replace(/^[\r\n]+/, '')
  if (REQUEST.test(text)) return 'yes'
  if (text.length > 0 && !REQUEST_SO_FAR.test(text)) return 'no'
  if (beginsWithMethod.test(text) && / [/*h]/.test(text)) return 'yes'
  return text.length < LONGEST_LINE ? 'more' : 'no'
}

/** HTTP/1.0 and 1.1 (RFC 9110, RFC 9112). */
export const http: Protocol = {
  name: 'http',
  transports: ['tcp'],
  client: isRequest,
  server: begins('HTTP/1.'),
  expectedOn: new Set([80, 591, 3000, 3128, 5000, 8000, 8008, 8080, 8081, 8088, 8090, 8888, 9000]),
  reader: {
    open(_connection, host, beginning) {
      const connection = new HttpConnection(host)
      connection.begin(beginning)
      return connection
    },
    load: (saved, _connection, host) => HttpConnection.load(saved as Saved, host),
  },
}
