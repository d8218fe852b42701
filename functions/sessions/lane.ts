import { Decoder, Encoder } from 'cbor-x'
import type { Scope, Store } from '#adapters/store/port.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { Fragments } from '#engines/packet/fragments.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { micros } from '#engines/time.ts'
import type { PacketsDocument } from '#events/documents/packets.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { isEndOfCapture } from '#events/packets-captured.ts'
import type { LoggedWork } from '../lane/drain.ts'
import { decodeEntry, type PacketsEntry } from '../lane/entry.ts'
import type { SectionCache } from '../lane/sections.ts'
import { type Described, ignore, type StreamConsumer } from '../lane/streams.ts'
import { iso } from '../lane/time.ts'
import { toSessionDocument } from './document.ts'
import { Losses } from './losses.ts'
import { Tables } from './tables.ts'
import { Watched } from './watched.ts'

export interface SessionsLanePorts {
  store: Store
  sections: SectionCache
  streams: StreamConsumer
  names: (ip: string) => string | undefined
  team: string
}

/** An open connection's document is stored again at most this often, µs of capture time. */
const DOCUMENT_EVERY = 5e6

const encoder = new Encoder({ useRecords: false, tagUint8Array: false })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true })
const LANE_KEY = '~lane'

interface SavedLane {
  losses: ReturnType<Losses['save']>
  fragments: ReturnType<Fragments['save']>
}

/** The conversations of one lane, over TCP and UDP: packets in, streams to the protocol functions, documents of sessions and packet blocks to the store. */
export class SessionsLane implements LoggedWork {
  readonly #ports: SessionsLanePorts
  readonly #lane: string
  readonly #scope: Scope
  readonly #watched = new Watched(ignore, (connection) => this.#ended.set(connection, this.#ports.streams.describe(connection)))
  readonly #tables = new Tables(this.#watched)
  readonly #fragments = new Fragments()
  readonly #decoder = new PacketDecoder(this.#fragments)
  readonly #losses = new Losses()
  /** Connections whose document was stored within DOCUMENT_EVERY, the earliest first, and the capture time when it was. */
  readonly #stored = new Map<Connection, number>()
  /** What was known of connections when they closed. */
  readonly #ended = new WeakMap<Connection, Described>()
  /** Closed connections whose document was stored while it was not known yet what they spoke. */
  readonly #waiting = new WeakSet<Connection>()
  #blocks: PacketsDocument[] = []
  /** Since `settle`, streams were told that their consumer had done before. */
  #repeated = false
  #agent = ''
  /** Capture time, µs. */
  #at = 0

  constructor(ports: SessionsLanePorts, lane: string, checkpoints: ReadonlyMap<string, Uint8Array>) {
    this.#ports = ports
    this.#lane = lane
    this.#scope = { team: ports.team, principal: 'function:sessions' }
    this.#load(checkpoints)
  }

  #load(checkpoints: ReadonlyMap<string, Uint8Array>): void {
    const open = new Map(checkpoints)
    const lane = open.get(LANE_KEY)
    open.delete(LANE_KEY)
    this.#tables.load(open)
    if (!lane) return
    const saved = decoder.decode(lane) as SavedLane
    this.#losses.load(saved.losses)
    this.#fragments.load(saved.fragments)
  }

  async process(sequence: number, bytes: Uint8Array): Promise<void> {
    const entry = decodeEntry(bytes)
    const section = await this.#ports.sections.take(entry.ref)
    this.#agent = entry.agent
    this.#watched.sink = await this.#ports.streams.begin(sequence, entry.agent)
    if (this.#watched.sink === ignore) this.#repeated = true
    const ended = section !== undefined && isEndOfCapture(section)
    if (!section) this.#tables.lossReason = 'not captured'
    else if (ended) this.#tables.flush()
    else this.#read(sequence, entry, section)
    await this.#ports.streams.finish(this.#at, ended)
  }

  lost(): void {
    this.#tables.lossReason = 'dropped by overflow'
  }

  #read(sequence: number, entry: PacketsEntry, section: Uint8Array): void {
    let packets = 0
    let first = Number.POSITIVE_INFINITY
    let last = 0
    const reader = new CaptureReader({
      packet: (captured, start, end, originalLength, at, linkType, interfaceId) => {
        packets++
        if (at < first) first = at
        if (at > last) last = at
        this.#tables.packet(this.#decoder.decode(captured, start, end, originalLength, at, linkType, interfaceId))
      },
      statistics: (interfaceId, counters, at) => {
        this.#losses.statistics(interfaceId, counters)
        this.#tables.lossReason = this.#losses.reason
        if (at > this.#at) this.#at = at
        if (packets === 0) this.#tables.tick(micros(at))
      },
    })
    reader.receive(section)
    reader.end()
    if (last > this.#at) this.#at = last
    if (packets > 0) this.#blocks.push(this.#blockOf(sequence, entry, packets, first, last))
  }

  #blockOf(sequence: number, { agent, ref, bytes }: PacketsEntry, packets: number, first: number, last: number): PacketsDocument {
    const sessions = [...this.#watched.block].map((connection) => connection.id)
    this.#watched.block.clear()
    return {
      '@timestamp': iso(micros(first)),
      event: { id: `${this.#lane}/${sequence}`, start: iso(micros(first)), end: iso(micros(last)) },
      spider: { team: this.#ports.team, agents: [agent], lane: this.#lane, sequence, sessions, packets, bytes, ref },
    }
  }

  async settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    const { store, streams } = this.#ports
    const sessions = this.#sessionDocuments()
    if (this.#repeated) await this.#recall(sessions)
    this.#repeated = false
    if (sessions.length > 0) await store.save(this.#scope, 'sessions', sessions)
    if (this.#blocks.length > 0) await store.save(this.#scope, 'packets', this.#blocks)
    this.#blocks = []
    await streams.settle()
    await store.flush()
    return this.#checkpoints()
  }

  async abandon(): Promise<void> {
    await this.#ports.streams.abandon?.()
  }

  #sessionDocuments(): SessionDocument[] {
    const documents: SessionDocument[] = []
    for (const [connection, at] of this.#stored) {
      if (Math.abs(this.#at - at) < DOCUMENT_EVERY) break
      this.#stored.delete(connection)
    }
    for (const connection of this.#watched.changed) {
      if (connection.state === 'open' && this.#stored.has(connection)) continue
      const described = this.#ended.get(connection) ?? this.#ports.streams.describe(connection)
      if (described.waits && this.#waiting.has(connection)) continue
      if (described.waits) this.#waiting.add(connection)
      else this.#watched.changed.delete(connection)
      this.#stored.delete(connection)
      if (connection.state === 'open') this.#stored.set(connection, this.#at)
      const { protocol, exchanges } = described
      documents.push(
        toSessionDocument(connection, { team: this.#ports.team, agent: this.#agent, protocol, exchanges, names: this.#ports.names }),
      )
    }
    return documents
  }

  /** What consumers know no more of connections whose streams they had done before: the documents that were stored then say it. */
  async #recall(sessions: readonly SessionDocument[]): Promise<void> {
    const unknown = new Map(sessions.filter(({ network }) => network.protocol === undefined).map((session) => [session.event.id, session]))
    if (unknown.size === 0) return
    for (const { event, network, spider } of await this.#ports.store.getMany(this.#scope, 'sessions', [...unknown.keys()])) {
      const session = unknown.get(event.id)
      if (!session || network.protocol === undefined) continue
      session.network.protocol = network.protocol
      session.spider.exchanges = spider.exchanges
    }
  }

  #checkpoints(): Map<string, Uint8Array | null> {
    const checkpoints = this.#tables.checkpoints()
    checkpoints.set(LANE_KEY, encoder.encode({ losses: this.#losses.save(), fragments: this.#fragments.save() } satisfies SavedLane))
    return checkpoints
  }
}
