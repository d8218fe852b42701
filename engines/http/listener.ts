import type { Message } from '../protocols/call.ts'
import type { MissingReason, Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { SavedBody } from './body.ts'
import type { HttpMessage } from './facts.ts'
import type { Fields } from './fields.ts'
import type { Framing } from './framing.ts'
import type { StartLine } from './start-line.ts'

/** What one direction tells the connection. */
export interface Listener {
  /** A head was read. Answers how the body ends, and notes what is odd about it. */
  began(side: Side, message: HttpMessage, position: number, line: StartLine, fields: Fields, blankLines: boolean): Framing
  interim(status: number, at: Micros): void
  /** `messages`: those that its body is made of, where it is a stream of them. */
  ended(side: Side, message: HttpMessage, findings: readonly string[], messages: Message[] | undefined): void
  malformed(side: Side, message: HttpMessage | undefined, code: string, offset: number, at: Micros): void
  /** Bytes were lost where a message was expected, or in a head. */
  lost(side: Side, offset: number, missing: number, at: Micros, reason: MissingReason): void
  /** Bytes of a message were lost. `adrift`: nobody knows where it ends, so other messages may have been lost with them. */
  missing(side: Side, message: HttpMessage, offset: number, missing: number, reason: MissingReason, adrift: boolean): void
  /** Whether the request of the response being read was seen, or nothing of that side ever was. */
  asked(): boolean
  /** Whether this direction may speak something else by now: it asked to, and has no answer yet. */
  mayChange(): boolean
}

/** Where a direction is. */
export type Phase = 'head' | 'length' | 'close' | 'chunks' | 'trailers' | 'lost' | 'held'

/** One direction between two bytes, as plain data. The message being read lies with the connection's exchanges. */
export interface SavedReader {
  phase: Phase
  offset: number
  position: number
  bodyPosition: number
  first: number
  left: number
  holed: boolean
  blankLines: boolean
  guessed: boolean
  carry: Uint8Array
  chunks: { state: number; left: number; digits: number; extension: number; findings: string[] }
  body: SavedBody | undefined
}
