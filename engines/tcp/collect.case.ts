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
  gaps: { side: Side; offset: number; missing: number; reason: MissingReason }[]
  /** Sides in the order in which they ended. */
  ends: Side[]
  closed: boolean
}

export class Gatherer implements StreamSink {
  readonly all: Gathered[] = []
  readonly by = new Map<string, Gathered>()

  #heard: (connection: Connection, side: Side) => void

  /** @param heard is told of each piece of data or gap, in order */
  constructor(heard: (connection: Connection, side: Side) => void = () => {}) {
    this.#heard = heard
  }

  open(connection: Connection): void {
    const gathered: Gathered = { connection, streams: [[], []], gaps: [], ends: [], closed: false }
    this.all.push(gathered)
    this.by.set(connection.id, gathered)
  }
  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number): void {
    this.#heard(connection, side)
    this.#of(connection).streams[side].push(bytes.slice(start, end))
  }
  gap(connection: Connection, side: Side, missing: number, _at: number, reason: MissingReason): void {
    this.#heard(connection, side)
    const gathered = this.#of(connection)
    if (missing > 0) gathered.gaps.push({ side, missing, reason, offset: bytesOf(gathered.streams[side]) + lost(gathered, side) })
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

const lost = ({ gaps }: Gathered, side: Side): number => gaps.reduce((sum, gap) => sum + (gap.side === side ? gap.missing : 0), 0)

/** A stream with zeros where bytes are missing. */
export const withHoles = (gathered: Gathered, side: Side): Uint8Array => {
  const { streams, gaps } = gathered
  const whole = new Uint8Array(bytesOf(streams[side]) + lost(gathered, side))
  const holes = gaps.filter((gap) => gap.side === side)
  let at = 0
  for (const piece of streams[side]) {
    while (holes[0]?.offset === at) at += holes.shift()?.missing ?? 0
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

export const bytesOf = (pieces: Uint8Array[]): number => pieces.reduce((sum, piece) => sum + piece.length, 0)

export const sha256Of = (pieces: Uint8Array[]): string => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

/** Reads a whole capture. */
export const gather = (
  capture: Uint8Array,
  limits: Partial<TcpLimits> = {},
  chunk = 65_536,
  heard: (connection: Connection, side: Side) => void = () => {},
): Gatherer => {
  const gatherer = new Gatherer(heard)
  const table = new TcpTable(gatherer, limits)
  const decoder = new PacketDecoder(new Fragments())
  const reader = new CaptureReader({ packet: (...packet) => table.packet(decoder.decode(...packet)) })
  for (let at = 0; at < capture.length; at += chunk) reader.receive(capture.subarray(at, at + chunk))
  reader.end()
  table.flush()
  return gatherer
}
