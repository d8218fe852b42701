import type { Bus } from '#adapters/bus/port.ts'
import { copyOf } from '#engines/bytes/copy.ts'
import type { Connection, MissingReason, Side, StreamSink } from '#engines/tcp/facts.ts'
import { keyOf } from '#engines/tcp/table.ts'
import type { Micros } from '#engines/time.ts'
import { type StreamAdvanced, type StreamFact, streamAdvanced } from '#events/stream-advanced.ts'
import type { Described, StreamConsumer } from '../lane/streams.ts'

/** `sessions` apart from the protocol functions: what follows from each batch of packets becomes one `stream.advanced`. */
export class StreamPublisher implements StreamConsumer, StreamSink {
  readonly #bus: Bus
  readonly #lane: string
  readonly #now: () => number
  #event: StreamAdvanced | undefined
  #places = new Map<Connection, number>()
  #published: Promise<void>[] = []

  constructor(bus: Bus, lane: string, now: () => number) {
    this.#bus = bus
    this.#lane = lane
    this.#now = now
  }

  async begin(sequence: number, agent: string): Promise<StreamSink> {
    this.#event = { agent, lane: this.#lane, sequence, at: 0, connections: [], facts: [] }
    this.#places = new Map()
    return this
  }

  open(connection: Connection): void {
    this.#add(['open', this.#place(connection)])
  }

  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.#add(['data', this.#place(connection), side, copyOf(bytes, start, end), at])
  }

  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void {
    this.#add(['gap', this.#place(connection), side, missing, at, reason])
  }

  end(connection: Connection, side: Side, at: Micros): void {
    this.#add(['end', this.#place(connection), side, at])
  }

  close(connection: Connection, at: Micros): void {
    this.#add(['close', this.#place(connection), at])
  }

  #add(fact: StreamFact): void {
    this.#event?.facts.push(fact)
  }

  #place(connection: Connection): number {
    const known = this.#places.get(connection)
    if (known !== undefined) return known
    const { id, transport, peerKey, client, server, clientKnownBy, start } = connection
    const place = this.#places.size
    this.#places.set(connection, place)
    this.#event?.connections.push({
      key: keyOf(connection),
      id,
      transport,
      ...(peerKey !== undefined && { peerKey }),
      client,
      server,
      clientKnownBy,
      start,
    })
    return place
  }

  async finish(at: number, ended: boolean): Promise<void> {
    const data = this.#event
    if (!data) return
    this.#event = undefined
    data.at = at
    if (ended) data.ended = true
    const attributes = {
      id: `${this.#lane}/${data.sequence}`,
      time: new Date(this.#now()).toISOString(),
      partitionkey: this.#lane,
      sequence: data.sequence,
    }
    const publishing = this.#bus.publish(streamAdvanced.make('/functions/sessions', data, attributes))
    publishing.catch(() => undefined) // its failure is told by `settle`
    this.#published.push(publishing)
  }

  async settle(): Promise<void> {
    const published = this.#published
    this.#published = []
    await Promise.all(published)
  }

  describe(): Described {
    return { protocol: undefined, exchanges: 0 }
  }
}
