import type { Message, Value } from '../protocols/call.ts'
import type { MissingReason } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Ciphers } from '../tls/ciphers.ts'

export interface Missing {
  direction: 'request' | 'response'
  /** Offset in the direction's stream, from the first byte after the SYN. */
  offset: number
  bytes: number
  reason: MissingReason
}

/** `complete`: every byte of both messages was read. `pending`: the answer, or its end, has not come yet. `incomplete`: bytes are missing. `malformed`: the bytes are not HTTP where HTTP was expected. */
export type ExchangeStatus = 'complete' | 'incomplete' | 'pending' | 'malformed'

export interface HttpBody {
  /** Bytes after transfer and content coding are undone. */
  bytes: number
  /** Lower-case hex, over the whole decoded body, whatever is kept of it. Undefined when some of it is missing or could not be decoded. */
  sha256: string | undefined
  /** The decoded body, up to the engine's `keepBody`; undefined when nothing is kept. Own memory: may be held. */
  content: Uint8Array | undefined
  /** `content` is only the beginning. */
  truncated: boolean
  /** Why the content coding could not be undone (bad data, unknown coding, too large); the content is then as on the wire. */
  undecoded: string | undefined
}

export interface HttpMessage {
  /** `1.0`, `1.1`. */
  version: string
  /** Name, value, name, value …: in order, names as sent, values without surrounding white space (obs-fold joined by a space). */
  headers: string[]
  trailers: string[]
  /** Whole message on the wire, and its body with transfer coding. */
  wireBytes: number
  bodyWireBytes: number
  body: HttpBody
  /** Capture times of the message's first and last byte seen. */
  first: Micros
  last: Micros
  complete: boolean
}

export interface HttpRequest extends HttpMessage {
  method: string
  /** As sent: origin, absolute, authority or asterisk form. */
  target: string
}

export interface HttpResponse extends HttpMessage {
  status: number
  reason: string
}

/** One call: a request with its final response. What was not seen is undefined. */
export interface HttpExchange {
  /** Offset of the request's first byte in the client's stream; of the response's in the server's, as a negative number minus one, when the request was not seen. Unique in its connection, and the same at every analysis. */
  position: number
  request: HttpRequest | undefined
  response: HttpResponse | undefined
  /** Status codes of interim (1xx) responses before the final one. */
  interim: number[]
  status: ExchangeStatus
  missing: Missing[]
  /** What was read otherwise than the specification says, as short stable codes (`content-length-and-transfer-encoding`, `bare-lf` …). */
  findings: string[]
  /** Set when `malformed`. `at`: when those bytes came. */
  error: { code: string; direction: 'request' | 'response'; offset: number; at: Micros } | undefined
  /** The connection speaks another protocol from here on (101, or CONNECT answered by 2xx). */
  upgrade: string | undefined
  /** Read inside TLS: its URL's scheme is `https` (RFC 9110 section 4.2.2). */
  secure: boolean
  /** What a protocol within HTTP says of it, as `Call.fields`. */
  fields?: { [name: string]: Value } | undefined
  /** The operation in a word and its outcome, where a protocol within HTTP knows better than method and status code. */
  action?: string | undefined
  outcome?: 'success' | 'failure' | 'unknown' | undefined
  /** What was asked, in one line, where a protocol within HTTP knows better than the URL. */
  summary?: string | undefined
  /** Messages within it, as `Call.messages`. */
  messages?: Message[] | undefined
}

/** What the engine needs of the runtime, handed in so that it stays pure. */
export interface Codecs {
  /** Lower-case hex of the SHA-256 of bytes that are all there. */
  sha256(bytes: Uint8Array): string
  /** A digest whose state can be saved between any two bytes. */
  digest(saved?: Uint8Array): { update(bytes: Uint8Array): void; hex(): string; save(): Uint8Array }
  /** Undoes one content coding of a body that is all there; throws RangeError when it would exceed `limit` bytes, Error when the data are bad. Undefined: unknown coding. */
  decoder(coding: string): ((bytes: Uint8Array, limit: number) => Uint8Array) | undefined
  /** Undoes raw deflate data (RFC 1951) that go on from `dictionary`, at most the 32 KB before them, and need not end; throws as a decoder does. */
  inflateRaw(bytes: Uint8Array, dictionary: Uint8Array, limit: number): Uint8Array
  /** What opens TLS. */
  readonly ciphers: Ciphers
}
