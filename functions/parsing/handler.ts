import type { State } from '#adapters/state/port.ts'
import type { Connection, MissingReason, Side, StreamSink } from '#engines/tcp/facts.ts'
import { silentSide } from '#engines/tcp/silent.ts'
import { micros } from '#engines/time.ts'
import { type StreamAdvanced, type StreamConnection, streamAdvanced } from '#events/stream-advanced.ts'
import { streamsLogged } from '#events/streams-logged.ts'
import { LaneDrain, type LoggedWork } from '../lane/drain.ts'
import type { ExchangeConsumer } from '../lane/exchanges.ts'
import type { Attendance, LaneFunction } from '../lane/function.ts'
import { ParsingLane, type ParsingLanePorts } from './lane.ts'
import type { SecretsPort } from './secrets.ts'

export interface ParsingPorts extends Omit<ParsingLanePorts, 'secrets'> {
  state: State
  holder: string
  /** Who takes the calls of a lane. */
  exchanges: (lane: string) => ExchangeConsumer
  /** Where the connections of a lane ask for secrets. */
  secrets: (lane: string) => SecretsPort
  attend?: Attendance
  /** Whether the license allows work; always unless told. */
  allowed?: () => Promise<boolean>
}

/** Puts the streams into the lane's own log, then does what the log holds. `drain` does the same for the sweep. */
export function createParsing(ports: ParsingPorts): LaneFunction {
  const drain = new LaneDrain<ParsingLogWork>({
    state: ports.state,
    holder: ports.holder,
    mostMs: ports.attend?.mostMs,
    allowed: ports.allowed,
    open: async (lane, checkpoints) =>
      new ParsingLogWork(new ParsingLane({ ...ports, secrets: ports.secrets(lane) }, ports.exchanges(lane), checkpoints)),
  })
  const work = async (lane: string): Promise<void> => {
    if (!ports.attend) await drain.drain(lane)
    else if (await drain.attend(lane)) await ports.attend.goOn(lane)
  }
  return {
    async handle(event) {
      if (event.type === streamsLogged.type) return work(`parsing/${streamsLogged.check(event.data).lane}`)
      const streams = streamAdvanced.check(event.data)
      const lane = `parsing/${streams.lane}`
      await ports.state.append(lane, streams.sequence, streamAdvanced.codec.encode(streams))
      await work(lane)
    },
    drain: async (lane) => void (await drain.drain(lane)),
    stop: () => drain.stop(),
  }
}

/** A lane of `http` that is fed from its log. */
class ParsingLogWork implements LoggedWork {
  readonly #lane: ParsingLane
  /** Open connections by id: an event describes those it speaks of, what is above them stays here. */
  readonly #connections = new Map<string, Connection>()

  constructor(lane: ParsingLane) {
    this.#lane = lane
  }

  async process(sequence: number, entry: Uint8Array): Promise<void> {
    const streams = streamAdvanced.codec.decode(entry)
    this.#tell(streams, await this.#lane.begin(sequence, streams.agent))
    await this.#lane.finish(streams.at, streams.ended === true)
  }

  lost(): void {
    // Nothing to note: the connections of later events tell their gaps themselves.
  }

  settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    return this.#lane.settle()
  }

  #tell({ connections, facts }: StreamAdvanced, sink: StreamSink): void {
    const open = connections.map((described) => this.#connection(described))
    for (const fact of facts) {
      const connection = open[fact[1]]
      if (!connection) continue
      if (fact[0] === 'open') sink.open(connection)
      else if (fact[0] === 'data') sink.data(connection, fact[2] as Side, fact[3], 0, fact[3].length, micros(fact[4]))
      else if (fact[0] === 'gap') sink.gap(connection, fact[2] as Side, fact[3], micros(fact[4]), fact[5] as MissingReason)
      else if (fact[0] === 'end') {
        connection.sides[fact[2] as Side].fin = true
        sink.end(connection, fact[2] as Side, micros(fact[3]))
      } else {
        sink.close(connection, micros(fact[2]))
        this.#connections.delete(connection.id)
      }
    }
  }

  #connection(described: StreamConnection): Connection {
    const known = this.#connections.get(described.id)
    if (known) return known
    const { id, transport, peerKey, client, server, clientKnownBy, start } = described
    const connection: Connection = {
      id,
      transport,
      peerKey,
      client,
      server,
      clientKnownBy,
      start: micros(start),
      end: micros(start),
      // Whether a side has ended is all that is asked of it here; what else is known of it, `sessions` has told the store.
      sides: [silentSide(), silentSide()],
      handshake: undefined,
      state: 'open',
      application: undefined,
    }
    this.#connections.set(id, connection)
    return connection
  }
}
