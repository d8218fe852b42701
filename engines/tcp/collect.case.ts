/** What a table tells of a capture, gathered per connection, for tests. */
import { createHash } from 'node:crypto'
import { PacketDecoder } from '../packet/decode.ts'
import { Fragments } from '../packet/fragments.ts'
import { CaptureReader } from '../pcap/reader.ts'
import type { Connection, MissingReason, Side, StreamSink } from './facts.ts'
import type { TcpLimits } from './limits.ts'
import { TcpTable } from './table.ts'

export interface Gathered {
  connection: Connection
  /** Each side's bytes; gaps are left out. */
  streams: [Uint8Array[], Uint8Array[]]
  gaps: { side: Side; missing: number; reason: MissingReason }[]
  /** Sides in the order in which they ended. */
  ends: Side[]
  closed: boolean
}

export class Gatherer implements StreamSink {
  readonly all: Gathered[] = []
  readonly by = new Map<string, Gathered>()

  open(connection: Connection): void {
    const gathered: Gathered = { connection, streams: [[], []], gaps: [], ends: [], closed: false }
    this.all.push(gathered)
    this.by.set(connection.id, gathered)
  }
  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number): void {
    this.#of(connection).streams[side].push(bytes.slice(start, end))
  }
  gap(connection: Connection, side: Side, missing: number, _at: number, reason: MissingReason): void {
    this.#of(connection).gaps.push({ side, missing, reason })
  }
  end(connection: Connection, side: Side): void {
    this.#of(connection).ends.push(side)
  }
  close(connection: Connection): void {
    const gathered = this.#of(connection)
    gathered.closed = true
    gathered.connection = connection
  }
  #of(connection: Connection): Gathered {
    const gathered = this.by.get(connection.id)
    if (!gathered) throw new Error('a fact of a connection that was not opened')
    if (gathered.closed) throw new Error('a fact of a connection that was closed')
    return gathered
  }
}

export const bytesOf = (pieces: Uint8Array[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

export const sha256Of = (pieces: Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** Reads a whole capture. */
export const gather = (capture: Uint8Array, limits: Partial<TcpLimits> = {}, chunk = 65_536): Gatherer => {
  const gatherer = new Gatherer()
  const table = new TcpTable(gatherer, limits)
  const decoder = new PacketDecoder(new Fragments())
  const reader = new CaptureReader({ packet: (...packet) => table.packet(decoder.decode(...packet)) })
  for (let at = 0; at < capture.length; at += chunk) reader.receive(capture.subarray(at, at + chunk))
  reader.end()
  table.flush()
  return gatherer
}
