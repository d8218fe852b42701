import { Choices } from '../detect/choices.ts'
import type { Codecs, HttpExchange } from '../http/facts.ts'
import type { Connection, MissingReason, Side, StreamSink } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { FindSecrets, Secrets } from '../tls/secrets.ts'
import type { Call, Found } from './call.ts'
import { Packing } from './packing.ts'
import type { Host, Protocol } from './protocol.ts'
import { PROTOCOLS } from './registry.ts'
import type { SavedStream } from './saved.ts'
import { type Shared, Stream } from './stream.ts'
import { Warm } from './warm.ts'

export type { SavedStream }

/** Who takes the calls of all connections. */
export interface CallSink {
  /** Of HTTP of any version. */
  exchange(connection: Connection, exchange: HttpExchange): void
  /** Of any other protocol. */
  call(connection: Connection, call: Call): void
}

/** Kept of each decoded body, in bytes. */
const KEEP_BODY = 64 * 1024
/** Connections that are read at full speed, usually, and where so many are busy; others first have to wake. */
const WARM = 1024
const MOST_WARM = 16_384

/**
 * What listens to the TCP and UDP tables: finds out what each connection speaks, and lets it be read by the reader of its protocol.
 * Its state lies in `Connection.application`.
 */
export class ProtocolStreams implements StreamSink {
  private readonly shared: Shared
  private readonly warm = new Warm(WARM, MOST_WARM)

  /** `secrets`: of TLS sessions, those that are known when the session begins; others come by `unlock`. */
  constructor(
    sink: CallSink,
    codecs: Codecs,
    limits: Partial<Host['limits']> = {},
    secrets: FindSecrets = () => undefined,
    protocols: readonly Protocol[] = PROTOCOLS,
  ) {
    const choices = { tcp: new Choices('tcp', protocols), udp: new Choices('udp', protocols) }
    this.shared = { choices, codecs, limits: { keepBody: KEEP_BODY, ...limits }, sink, secrets, packing: new Packing() }
  }

  open(connection: Connection): void {
    connection.application = new Stream(connection, this.shared)
  }

  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const stream = streamOf(connection)
    this.warm.use(stream)
    stream.data(side, bytes, start, end, at)
  }

  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void {
    streamOf(connection).gap(side, missing, at, reason)
  }

  end(connection: Connection, side: Side, at: Micros): void {
    streamOf(connection).end(side, at)
  }

  close(connection: Connection, at: Micros): void {
    streamOf(connection).close(at)
  }

  /** What a connection speaks, the innermost that is known; undefined while nothing is. */
  protocol(connection: Connection): string | undefined {
    return streamOf(connection).innermost
  }

  /** Calls of a connection that came out so far. */
  calls(connection: Connection): number {
    return streamOf(connection).calls
  }

  /** Calls of a connection that are not finished, as they are now. */
  pending(connection: Connection): Found[] {
    return streamOf(connection).pending()
  }

  /** Client randoms of the TLS sessions in a connection whose bytes are kept until their secrets come. */
  awaited(connection: Connection): readonly string[] {
    return streamOf(connection).awaited()
  }

  /** Secrets that a connection waits for have come: what was kept is read now. */
  unlock(connection: Connection, clientRandom: string, secrets: Secrets, at: Micros): void {
    streamOf(connection).unlock(clientRandom, secrets, at)
  }

  /** Nobody waits for a connection's secrets any longer: what was kept is let go, and told as `not decrypted`. */
  giveUp(connection: Connection, at: Micros): void {
    streamOf(connection).giveUp(at)
  }

  save(connection: Connection): SavedStream {
    return streamOf(connection).save()
  }

  /** Puts back, into a connection that was itself put back, what `save` gave for it. */
  load(connection: Connection, saved: SavedStream): void {
    this.open(connection)
    streamOf(connection).load(saved)
  }
}

const streamOf = (connection: Connection): Stream => connection.application as Stream
