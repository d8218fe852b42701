import type { Connection, MissingReason, Side, StreamSink } from '#engines/tcp/facts.ts'
import type { Micros } from '#engines/time.ts'

/** Passes a table's facts on, and notes which connections they spoke of. */
export class Watched implements StreamSink {
  sink: StreamSink
  /** Spoken of since `take`. */
  readonly block = new Set<Connection>()
  /** Spoken of since `settle`. */
  readonly changed = new Set<Connection>()
  readonly #closing: (connection: Connection) => void

  /** `closing` is called when a connection was closed, while its application is still there. */
  constructor(sink: StreamSink, closing: (connection: Connection) => void) {
    this.sink = sink
    this.#closing = closing
  }

  #note(connection: Connection): void {
    this.block.add(connection)
    this.changed.add(connection)
  }

  open(connection: Connection): void {
    this.#note(connection)
    this.sink.open(connection)
  }

  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.#note(connection)
    this.sink.data(connection, side, bytes, start, end, at)
  }

  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void {
    this.#note(connection)
    this.sink.gap(connection, side, missing, at, reason)
  }

  end(connection: Connection, side: Side, at: Micros): void {
    this.#note(connection)
    this.sink.end(connection, side, at)
  }

  close(connection: Connection, at: Micros): void {
    this.#note(connection)
    this.sink.close(connection, at)
    this.#closing(connection)
  }

  /** No protocol learns of it: the session's document alone says so. */
  reported(connection: Connection): void {
    this.#note(connection)
  }
}
