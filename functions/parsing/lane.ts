import { Decoder, Encoder } from 'cbor-x'
import type { Blobs } from '#adapters/blobs/port.ts'
import type { Codecs } from '#engines/http/facts.ts'
import { type Found, isCall } from '#engines/protocols/call.ts'
import type { Host } from '#engines/protocols/protocol.ts'
import { ProtocolStreams, type SavedStream } from '#engines/protocols/streams.ts'
import type { Connection, MissingReason, Side, StreamSink } from '#engines/tcp/facts.ts'
import type { Micros } from '#engines/time.ts'
import type { ExchangeConsumer } from '../lane/exchanges.ts'
import type { Described } from '../lane/streams.ts'
import type { LaneWork } from '../lane/work.ts'
import { HandOn, type Heard } from './hand-on.ts'
import type { HostNames } from './names.ts'
import { AwaitedSecrets, type SavedClosing, type SecretsPort } from './secrets.ts'

export interface ParsingLanePorts {
  blobs: Blobs
  codecs: Codecs
  names: HostNames
  limits: Partial<Host['limits']>
  /** Secrets of TLS sessions. */
  secrets: SecretsPort
  /** How long secrets are waited for, ms of capture time. */
  secretsWaitMs: number
  team: string
  now: () => number
}

/** A call without its answer is shown as pending when it is older than this, µs. */
const PENDING_AFTER = 1e6

const encoder = new Encoder({ useRecords: false, structuredClone: false, tagUint8Array: false })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true })

/** So checkpoints are named of closed connections that still wait for secrets. */
const CLOSING = 'closing/'

/** What is above a connection, and of a given up one what it waited for. */
interface SavedConnection extends SavedStream {
  unopened?: string[]
}

/** The protocols in the streams of one lane: facts in, calls out, and what is open as a checkpoint a connection. */
export class ParsingLane implements LaneWork, StreamSink {
  readonly #ports: ParsingLanePorts
  readonly #streams: ProtocolStreams
  readonly #onward: HandOn
  readonly #secrets: AwaitedSecrets
  /** Checkpoints of connections that were not spoken of since the lane was loaded. */
  readonly #saved: Map<string, Uint8Array>
  readonly #touched = new Set<Connection>()
  readonly #unanswered = new Set<Connection>()
  /** Spoken of in this sequence. */
  readonly #fresh = new Set<Connection>()
  #closed = new Set<string>()
  #heard: Heard[] = []
  #agent = ''
  #sequence = 0
  #at = 0

  constructor(ports: ParsingLanePorts, consumer: ExchangeConsumer, checkpoints: ReadonlyMap<string, Uint8Array>) {
    this.#ports = ports
    this.#saved = new Map(checkpoints)
    this.#onward = new HandOn({ ...ports, nameOf: ports.names.lookup }, consumer)
    const hear = (connection: Connection, found: Found): void => {
      this.#heard.push({ found, connection })
      if (isCall(found) && found.protocol === 'tls') this.#secrets.told(connection, found)
    }
    this.#streams = new ProtocolStreams({ exchange: hear, call: hear }, ports.codecs, ports.limits, ports.secrets.known)
    this.#secrets = new AwaitedSecrets(this.#streams, ports.secrets, ports.secretsWaitMs * 1000)
    this.#loadClosing()
  }

  /** Connections that were closed are spoken of no more: what waits in them is taken up at once. */
  #loadClosing(): void {
    for (const [key, bytes] of this.#saved) {
      if (!key.startsWith(CLOSING)) continue
      this.#saved.delete(key)
      this.#secrets.loadClosing(decoder.decode(bytes) as SavedStream & { closing: SavedClosing })
    }
  }

  /** What follows are the facts of this sequence, as this agent saw them. */
  async begin(sequence: number, agent: string): Promise<StreamSink> {
    await this.#ports.names.refresh()
    this.#sequence = sequence
    this.#agent = agent
    return this
  }

  open(connection: Connection): void {
    this.#streams.open(connection)
    this.#touched.add(connection)
    this.#fresh.add(connection)
  }

  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.#touch(connection)
    this.#streams.data(connection, side, bytes, start, end, at)
    this.#secrets.received(connection, end - start)
  }

  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void {
    this.#touch(connection)
    this.#streams.gap(connection, side, missing, at, reason)
  }

  end(connection: Connection, side: Side, at: Micros): void {
    this.#touch(connection)
    this.#streams.end(connection, side, at)
  }

  close(connection: Connection, at: Micros): void {
    this.#touch(connection)
    this.#touched.delete(connection)
    this.#fresh.delete(connection)
    this.#unanswered.delete(connection)
    this.#closed.add(connection.id)
    if (!this.#secrets.putOff(connection, at, this.#at)) this.#streams.close(connection, at)
  }

  #touch(connection: Connection): void {
    if (connection.application === undefined) this.#restore(connection)
    this.#touched.add(connection)
    this.#fresh.add(connection)
  }

  #restore(connection: Connection): void {
    const saved = this.#saved.get(connection.id)
    if (saved) {
      const { unopened, ...stream } = decoder.decode(saved) as SavedConnection
      this.#streams.load(connection, stream)
      if (unopened) this.#secrets.loadLost(connection, unopened)
    } else this.#streams.open(connection)
    this.#saved.delete(connection.id)
  }

  /** All facts of the sequence were told: secrets are asked for, bodies are put away, calls handed on. */
  async finish(at: number, ended: boolean): Promise<void> {
    if (at > this.#at) this.#at = at
    for (const connection of this.#fresh) this.#secrets.notice(connection, this.#at)
    this.#fresh.clear()
    for (const { id } of await this.#secrets.look(this.#at, ended)) this.#closed.add(CLOSING + id)
    const heard = this.#heard
    this.#heard = []
    await this.#onward.take(this.#agent, this.#sequence, heard)
  }

  describe(connection: Connection): Described {
    const waiting = this.#secrets.described(connection)
    if (waiting) return waiting
    if (connection.application === undefined) return { protocol: undefined, exchanges: 0 }
    return { protocol: this.#streams.protocol(connection), exchanges: this.#streams.calls(connection) }
  }

  async settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    await this.#onward.take(this.#agent, this.#sequence, this.#pending())
    await this.#onward.settle()
    await this.#secrets.settle()
    const checkpoints = new Map<string, Uint8Array | null>()
    for (const id of this.#closed) checkpoints.set(id, null)
    for (const connection of this.#touched) checkpoints.set(connection.id, encoder.encode(this.#save(connection)))
    for (const saved of this.#secrets.saveClosing()) checkpoints.set(CLOSING + saved.closing.id, encoder.encode(saved))
    this.#closed = new Set()
    this.#touched.clear()
    return checkpoints
  }

  #save(connection: Connection): SavedConnection {
    const unopened = this.#secrets.lostOf(connection)
    const stream = this.#streams.save(connection)
    return unopened ? { ...stream, unopened } : stream
  }

  /** Calls that wait for their answer for long enough to be shown; each once. */
  #pending(): Heard[] {
    const due: Heard[] = []
    for (const connection of this.#touched) this.#unanswered.add(connection)
    for (const connection of this.#unanswered) {
      const pending = this.#streams.pending(connection)
      if (pending.every((found) => this.#at - (found.request?.first ?? this.#at) < PENDING_AFTER)) {
        if (pending.length === 0) this.#unanswered.delete(connection)
        continue
      }
      this.#unanswered.delete(connection)
      for (const found of pending) due.push({ found, connection })
    }
    return due
  }
}
