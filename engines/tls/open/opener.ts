/** What a direction's key alone does not say of where it is: the block before, or how much of the key stream was used. */
export interface OpenerState {
  chain?: Uint8Array | undefined
  used?: number
  /** Of the record that was opened last: its length on the wire, and that of its content. */
  usual?: readonly [number, number]
}

/** Where content is put: whoever reads lends it, for as long as it reads. */
export interface Room {
  bytes: Uint8Array
}

/** Opens the records of one direction, from one change of keys to the next. */
export interface Opener {
  /** Of the record that was opened last: what it really is, and how many of the bytes are content. */
  readonly type: number
  readonly length: number
  /** The content of a record whose fragment is `start`..`end`, valid until the next; undefined when it does not authenticate. */
  open(type: number, version: number, sequence: number, bytes: Uint8Array, start: number, end: number): Uint8Array | undefined
  /** How much content `records` records hold that take `wire` bytes, headers and all: exactly, or about. */
  content(wire: number, records: number): number
  /** Bytes nobody saw lie between the record that was opened last and the next one. */
  lose?(): void
  /** A fragment went by that could not be opened. */
  pass?(bytes: Uint8Array, start: number, end: number): void
  /** The next record to be opened lies so many bytes of fragments behind the one that was opened last. */
  seek?(fragments: number): void
  save?(): OpenerState
  load?(state: OpenerState): void
}

export const HEADER = 5

/** The pseudo-header that is authenticated with each record before TLS 1.3 (RFC 5246 section 6.2.3.1). */
export const writePseudoHeader = (target: Uint8Array, sequence: number, type: number, version: number, length: number): void => {
  writeSequence(target, 0, sequence)
  target[8] = type
  target[9] = version >>> 8
  target[10] = version
  target[11] = length >>> 8
  target[12] = length
}

export const writeSequence = (target: Uint8Array, at: number, sequence: number): void => {
  const high = Math.floor(sequence / 0x1_0000_0000)
  target[at] = high >>> 24
  target[at + 1] = high >>> 16
  target[at + 2] = high >>> 8
  target[at + 3] = high
  target[at + 4] = sequence >>> 24
  target[at + 5] = sequence >>> 16
  target[at + 6] = sequence >>> 8
  target[at + 7] = sequence
}
