import type { SavedDetector } from '../detect/detector.ts'
import type { MissingReason, Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Beginning } from './protocol.ts'

/** Bytes that were lost before it was known what the connection speaks. */
export interface Lost {
  side: Side
  offset: number
  missing: number
  reason: MissingReason
  at: Micros
}
/** What is above one connection, as plain data. */
export interface SavedStream {
  protocol: string | undefined
  detector: SavedDetector | undefined
  reading: boolean
  /** When the reader of `protocol` is `reading`, what its state differs by from that of one that begins here. */
  reader: unknown
  agreed: Beginning['agreed']
  secure: boolean
  offsets: [number, number]
  ended: [boolean, boolean]
  calls: number
  handOvers: number
  lost: Lost[]
}
