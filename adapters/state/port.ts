/**
 * Shared state of functions that hold nothing. Per lane: a durable log of what is to be done, a cursor, a fenced lease,
 * and small checkpoints. All names are opaque strings.
 */
export interface State {
  /** Appends to a lane's log. Durable when it resolves. `sequence` counts up by one from 1; one that is already there (or already behind the cursor) is answered `known` and changes nothing. Entries may arrive out of order. Throws `Full` when the entries ahead of the lane's cursor weigh more than its bound. `weight`: bytes that the entry stands for, where it only refers to them; its length unless told. */
  append(lane: string, sequence: number, entry: Uint8Array, weight?: number): Promise<'appended' | 'known'>
  /** The entries after `after`, in order of their sequence, gaps left out, at most `most` of them. */
  read(lane: string, after: number, most: number): Promise<LogEntry[]>
  /** Lanes with entries ahead of their cursor: for the sweep. */
  behind(prefix: string): Promise<string[]>

  /** Gives the lane to one holder for `ms`, or answers undefined while it is held, also by the same holder: a lease is one hold. The fence counts up by one with each lease given. */
  lease(lane: string, holder: string, ms: number): Promise<Lease | undefined>
  /** Prolongs; false when the lease was lost meanwhile. */
  renew(lease: Lease, ms: number): Promise<boolean>
  release(lease: Lease): Promise<void>

  /** Cursor and all checkpoints of a lane. */
  load(lane: string): Promise<LaneState>
  /** In one atomic step: moves the cursor, stores and (null) removes checkpoints, forgets log entries up to the cursor. Throws `Fenced` when the lease is no longer the lane's newest. */
  commit(lease: Lease, cursor: number, checkpoints: ReadonlyMap<string, Uint8Array | null>): Promise<void>

  /** Small values by key, for names, agents' commands, observers of a session. `ms`: forgotten after that. */
  set(key: string, value: Uint8Array, ms?: number): Promise<void>
  get(key: string): Promise<Uint8Array | undefined>
  /** Stores `value` if the key is free. Answers what is there afterwards. */
  claim(key: string, value: Uint8Array, ms?: number): Promise<Uint8Array>
  list(prefix: string): Promise<Map<string, Uint8Array>>
  delete(key: string): Promise<void>

  /** Whether changes would be taken now. Throws `StateUnavailable` with the reason when not. */
  health(): Promise<void>
  close(): Promise<void>
}

export interface LogEntry {
  sequence: number
  entry: Uint8Array
}

export interface Lease {
  lane: string
  holder: string
  fence: number
}

export interface LaneState {
  /** Sequence of the last entry whose effects are durable; undefined when the lane has never been committed. */
  cursor: number | undefined
  checkpoints: Map<string, Uint8Array>
}

/** Another holder has the lane now: what was about to be committed is theirs to do again. */
export class Fenced extends Error {
  override name = 'Fenced'
}

/** The lane's log holds as much as it may: try again later. */
export class Full extends Error {
  override name = 'Full'
}

/** The medium cannot take it now (full disk, away): may succeed later. */
export class StateUnavailable extends Error {
  override name = 'StateUnavailable'
}
