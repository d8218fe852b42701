import type { ExchangeStatus, HttpBody, HttpExchange, Missing } from '../http/facts.ts'
import type { Micros } from '../time.ts'

/** Values as JSON has them. */
export type Value = string | number | boolean | null | Value[] | { [name: string]: Value }

/** One call of a protocol other than HTTP: what was asked and what came back. What was not seen, or does not exist (a message without an answer), is undefined. */
export interface Call {
  /** As `network.protocol` says it. */
  protocol: string
  /** Offset of the request's first byte in the client's stream; of the response's in the server's, as a negative number minus one, without a request. Unique in its connection, and the same at every analysis. */
  position: number
  /** The operation in a word (`event.action`): `GET`, `SELECT`, `A`, `text`. */
  action: string | undefined
  /** What was asked, in one line of at most 300 characters (`spider.summary`); secrets masked. */
  summary: string | undefined
  outcome: 'success' | 'failure' | 'unknown'
  request: Part | undefined
  response: Part | undefined
  status: ExchangeStatus
  missing: Missing[]
  /** Short stable codes. */
  findings: string[]
  /** The bytes are not of the protocol where it was expected; set when `malformed`. */
  error: { code: string; direction: 'request' | 'response'; offset: number; at: Micros } | undefined
  /** What the protocol says of it, under the names of ECS and of the OpenTelemetry semantic conventions, nested as in the document (`{ db: { query: { text } } }`). Of bounded size. */
  fields: { [name: string]: Value }
  /** Messages within a call that streams, in order of time; bounded. */
  messages: Message[]
}

/** One direction of a call. */
export interface Part {
  /** Capture times of the first and last byte seen. */
  first: Micros
  last: Micros
  wireBytes: number
  /** For people: JSON of a reply, rows as NDJSON, a message's payload. Undefined: there is nothing beside the fields. */
  body: HttpBody | undefined
  mimeType: string | undefined
}

/** One message within a call. */
export interface Message {
  direction: 'request' | 'response'
  at: Micros
  bytes: number
  /** `text`, `binary`, `ping`, `close`, an event's name …, where there is one. */
  type: string | undefined
}

/** A call of any protocol, as its reader tells it. */
export type Found = HttpExchange | Call

export const isCall = (found: Found): found is Call => 'protocol' in found

/** A call that is open changes: what is told or saved of it has its own. Fields and bodies are shared: they are replaced, never changed. */
export const copyOfCall = (call: Call): Call => ({
  ...call,
  request: call.request && { ...call.request },
  response: call.response && { ...call.response },
  missing: [...call.missing],
  findings: [...call.findings],
  messages: [...call.messages],
})
