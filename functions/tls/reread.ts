import { setTimeout as sleep } from 'node:timers/promises'
import { type Blobs, BlobsUnavailable } from '#adapters/blobs/port.ts'
import { Transient } from '#adapters/bus/port.ts'
import { Fenced, StateUnavailable } from '#adapters/state/port.ts'
import { type Scope, type Store, StoreUnavailable } from '#adapters/store/port.ts'
import type { Connection, MissingReason, Side, StreamSink } from '#engines/tcp/facts.ts'
import { TcpTable } from '#engines/tcp/table.ts'
import type { Micros } from '#engines/time.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import type { LoggedWork } from '../lane/drain.ts'
import { walkPackets } from '../lane/stored-packets.ts'
import { type Described, ignore, type StreamConsumer } from '../lane/streams.ts'
import { decodeReread, type Reread } from '../secrets/rereads.ts'

export interface RereadPorts {
  store: Store
  blobs: Blobs
  team: string
  /** Who reads the connection: as it was read the first time, with the secrets that are known by now. `secrets`: asked for before, so that they are known at once. */
  reader: (reread: Reread) => Promise<Reader>
  log: (line: string) => void
  /** It was read, and all of it was opened. */
  wasRead: (reread: Reread) => Promise<void>
}

export interface Reader {
  streams: StreamConsumer
  /** Whether secrets were missing still. */
  gaveUp: () => boolean
}

/** The document of a connection that was closed a moment ago is stored soon: it is looked for so often. */
const TRIES = 12
const TRY_MS = 250

/** What may succeed later. Anything else (a damaged block, for one) would fail again, and the others wait behind it. */
const MAY_PASS = [BlobsUnavailable, StateUnavailable, StoreUnavailable, Fenced, Transient]

/** Reads connections again, one after another: their stored packets go the way that they went when they were captured, and what comes of it overwrites what was stored. */
export class RereadLane implements LoggedWork {
  readonly #ports: RereadPorts
  readonly #scope: Scope

  constructor(ports: RereadPorts) {
    this.#ports = ports
    this.#scope = { team: ports.team, principal: 'function:tls' }
  }

  async process(sequence: number, entry: Uint8Array): Promise<void> {
    const reread = decodeReread(entry)
    const session = await this.#session(reread)
    if (!session) return
    const { streams, gaveUp } = await this.#ports.reader(reread)
    try {
      const sink = new Only(reread.session, await streams.begin(sequence, reread.agent), (connection) => streams.describe(connection))
      const found = await this.#tell(session, reread.lane, sink)
      if (found === 0) {
        this.#ports.log(`connection ${reread.session} could not be read again: its packets are not kept any more`)
        return
      }
      await streams.finish(sink.last, true)
      await streams.settle()
      if (sink.described) await this.#note(session, sink.described)
      if (!gaveUp() && session.spider.state !== 'open') await this.#ports.wasRead(reread)
    } catch (error) {
      await streams.abandon?.()
      if (MAY_PASS.some((kind) => error instanceof kind)) throw error
      this.#ports.log(`connection ${reread.session} could not be read again: ${(error as Error).message}`)
    }
  }

  async #tell(session: SessionDocument, lane: string, sink: Only): Promise<number> {
    const table = new TcpTable(sink)
    const { store, blobs } = this.#ports
    const found = await walkPackets({ store, blobs }, this.#scope, session, (frame) => table.packet(frame), lane)
    table.flush()
    return found
  }

  /** Its document; of one that was closed, the document that says so, when that comes in time. */
  async #session({ session, closed }: Reread): Promise<SessionDocument | undefined> {
    for (let tries = 0; ; tries++) {
      const document = await this.#ports.store.get(this.#scope, 'sessions', session)
      if (tries === TRIES || (document && (!closed || document.spider.state !== 'open'))) return document
      await sleep(TRY_MS)
    }
  }

  /** The session's document says what is spoken in it by now. */
  async #note(session: SessionDocument, { protocol, exchanges }: Described): Promise<void> {
    if (protocol === undefined || (protocol === session.network.protocol && exchanges === session.spider.exchanges)) return
    const { network, spider } = session
    await this.#ports.store.save(this.#scope, 'sessions', [
      { ...session, network: { ...network, protocol }, spider: { ...spider, exchanges } },
    ])
    await this.#ports.store.flush()
  }

  lost(): void {
    // Nothing to note: entries are put into the log one after another.
  }

  async settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    return new Map()
  }
}

/** Passes on the facts of one connection: its addresses and ports may have been used before. */
class Only implements StreamSink {
  /** What was known of it when it was closed. */
  described: Described | undefined = undefined
  /** Time of the last fact, µs. */
  last = 0
  readonly #id: string
  readonly #sink: StreamSink
  readonly #describe: (connection: Connection) => Described

  constructor(id: string, sink: StreamSink, describe: (connection: Connection) => Described) {
    this.#id = id
    this.#sink = sink
    this.#describe = describe
  }

  #of({ id }: Connection): StreamSink {
    return id === this.#id ? this.#sink : ignore
  }

  open(connection: Connection): void {
    this.#of(connection).open(connection)
  }

  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.last = at
    this.#of(connection).data(connection, side, bytes, start, end, at)
  }

  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void {
    this.#of(connection).gap(connection, side, missing, at, reason)
  }

  end(connection: Connection, side: Side, at: Micros): void {
    this.#of(connection).end(connection, side, at)
  }

  close(connection: Connection, at: Micros): void {
    this.last = at
    if (connection.id !== this.#id) return
    this.#sink.close(connection, at)
    this.described = this.#describe(connection)
  }
}
