import { Decoder, Encoder } from 'cbor-x'
import type { Blobs } from '#adapters/blobs/port.ts'
import { HttpConnection } from '#engines/http/connection.ts'
import type { Codecs, HttpExchange } from '#engines/http/facts.ts'
import type { Connection, MissingReason, Side, StreamSink } from '#engines/tcp/facts.ts'
import type { Micros } from '#engines/time.ts'
import type { LaneWork } from '../lane/work.ts'
import { BodyBlock } from './bodies.ts'
import { type DocumentContext, toJson } from './json.ts'
import type { HostNames } from './names.ts'

export interface Parsed {
  id: string
  session: string
  peerKey: string | undefined
  json: string
}

/** Who takes the calls of a lane: the next function, in process or by event. */
export interface ExchangeConsumer {
  take(agent: string, parsed: readonly Parsed[]): Promise<void>
  /** Everything taken is durable when it resolves. */
  settle(): Promise<void>
}

export interface HttpLanePorts {
  blobs: Blobs
  codecs: Codecs
  names: HostNames
  team: string
  now: () => number
}
