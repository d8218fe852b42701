import type { Call, Value } from '#engines/protocols/call.ts'
import type { ProtocolStreams, SavedStream } from '#engines/protocols/streams.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { silentSide } from '#engines/tcp/silent.ts'
import { type Micros, micros } from '#engines/time.ts'
import type { FindSecrets, Secrets } from '#engines/tls/secrets.ts'
import type { Described } from '../lane/streams.ts'

/** Where secrets of TLS sessions are asked for. */
export interface SecretsPort {
  find(clientRandom: string): Promise<Secrets | undefined>
  /** What was found lately, at once. */
  known: FindSecrets
  /** Connections that were told without what TLS carried in them: they are read again when their secrets come. */
  giveUp(given: readonly GivenUp[]): Promise<void>
}

export interface GivenUp {
  session: string
  closed: boolean
  /** The sessions in it by client random, with what did not open them. */
  sessions: ReadonlyMap<string, Secrets | undefined>
}

/** A connection whose secrets are waited for. Times are capture times. */
interface Waiter {
  since: number
  /** When they are asked for next, and how long after that. */
  next: number
  step: number
  /** Told to the connection while it waited. */
  bytes: number
  tried: Map<string, Secrets>
  closing: Closing | undefined
}

/** It is closed, and is told so only when it need not wait any longer. */
interface Closing {
  at: Micros
  /** What is above the connection: whoever closed it has let go of that. */
  application: unknown
  described: Described
  saved: boolean
}

/** A closed connection that waits, as plain data. */
export interface SavedClosing
  extends Pick<Connection, 'id' | 'transport' | 'peerKey' | 'client' | 'server' | 'clientKnownBy' | 'start' | 'end'> {
  at: Micros
}

type Fields = { [name: string]: Value }

const FIRST_STEP = 0.2e6
/** Of what connections of one lane may have got while they wait: beyond, those that waited longest are given up. */
const MOST_BYTES = 64 << 20
const MOST_WAITERS = 4096
/** Sessions in one another, whose secrets are found one after another. */
const MOST_ROUNDS = 4

/** The connections of a lane that wait for secrets: asks for them, less and less often, and gives up in the end. */
export class AwaitedSecrets {
  readonly #streams: ProtocolStreams
  readonly #port: SecretsPort
  readonly #waitMicros: number
  readonly #waiters = new Map<Connection, Waiter>()
  /** Open connections that were given up, and what for: their end is told too, for only then is all of them there to be read again. */
  readonly #lost = new WeakMap<Connection, Map<string, Secrets | undefined>>()
  #given: GivenUp[] = []
  #bytes = 0

  constructor(streams: ProtocolStreams, port: SecretsPort, waitMicros: number) {
    this.#streams = streams
    this.#port = port
    this.#waitMicros = waitMicros
  }

  /** A connection got so many bytes. */
  received(connection: Connection, bytes: number): void {
    if (this.#waiters.size === 0) return
    const waiter = this.#waiters.get(connection)
    if (!waiter) return
    waiter.bytes += bytes
    this.#bytes += bytes
  }

  /** Puts the end of a connection off while it waits; false: it does not, and nobody has to come back to it. */
  putOff(connection: Connection, at: Micros, now: number): boolean {
    this.notice(connection, now)
    const waiter = this.#waiters.get(connection)
    if (waiter) {
      const { application } = connection
      waiter.closing = { at, application, described: { ...this.#describe(connection), waits: true }, saved: false }
      return true
    }
    const sessions = this.#lost.get(connection)
    if (sessions) this.#given.push({ session: connection.id, closed: true, sessions })
    return false
  }

  /** Looks whether a connection waits. */
  notice(connection: Connection, now: number): void {
    if (this.#waiters.has(connection) || this.#streams.awaited(connection).length === 0) return
    this.#waiters.set(connection, { since: now, next: now, step: FIRST_STEP, bytes: 0, tried: new Map(), closing: undefined })
  }

  /** A handshake was told: secrets that turned out wrong are awaited again, as if none had come. */
  told(connection: Connection, { fields }: Call): void {
    const { decryption, client_random: random } = ((fields.spider as Fields | undefined)?.tls as Fields | undefined) ?? {}
    if (decryption !== 'wrong secrets' || typeof random !== 'string') return
    const waiter = this.#waiters.get(connection)
    const sessions = new Map([[random, waiter?.tried.get(random)]])
    this.#given.push({ session: connection.id, closed: waiter?.closing !== undefined, sessions })
    if (!waiter?.closing) this.#lost.set(connection, sessions)
  }

  described(connection: Connection): Described | undefined {
    return this.#waiters.get(connection)?.closing?.described
  }

  #describe(connection: Connection): Described {
    return { protocol: this.#streams.protocol(connection), exchanges: this.#streams.calls(connection) }
  }

  /** Asks for what is due by now; at the end of the capture for all, and gives up what is not there. Answers the connections that were closed. */
  async look(now: number, ended: boolean): Promise<Connection[]> {
    const closed: Connection[] = []
    const isOver = ({ since }: Waiter): boolean => ended || now - since >= this.#waitMicros
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const due = [...this.#waiters].filter(([, waiter]) => isOver(waiter) || now >= waiter.next)
      if (due.length === 0 || !(await this.#ask(due, now))) break
      closed.push(...this.#letGo(due))
    }
    this.#giveUp([...this.#waiters].filter(([, waiter]) => isOver(waiter)))
    closed.push(...this.#letGo([...this.#waiters]))
    closed.push(...this.#makeRoom())
    return closed
  }

  /** Whether anything was unlocked. */
  async #ask(due: readonly [Connection, Waiter][], now: number): Promise<boolean> {
    const wanted = new Set(
      due.flatMap(([connection, waiter]) => this.#in(connection, waiter, () => [...this.#streams.awaited(connection)])),
    )
    const found = new Map(await Promise.all([...wanted].map(async (random) => [random, await this.#port.find(random)] as const)))
    let unlocked = false
    for (const [connection, waiter] of due) {
      this.#in(connection, waiter, () => {
        for (const random of this.#streams.awaited(connection)) {
          const secrets = found.get(random)
          if (!secrets || isSame(secrets, waiter.tried.get(random))) continue
          waiter.tried.set(random, secrets)
          this.#streams.unlock(connection, random, secrets, micros(now))
          unlocked = true
        }
      })
      waiter.next = now + waiter.step
      waiter.step *= 2
    }
    return unlocked
  }

  /** Lets go of those that wait no more. Answers those of them that were closed. */
  #letGo(waiters: readonly [Connection, Waiter][]): Connection[] {
    const closed: Connection[] = []
    for (const [connection, waiter] of waiters) {
      if (!this.#waiters.has(connection) || this.#in(connection, waiter, () => this.#streams.awaited(connection).length) > 0) continue
      this.#waiters.delete(connection)
      this.#bytes -= waiter.bytes
      const { closing } = waiter
      if (!closing) continue
      this.#in(connection, waiter, () => {
        this.#streams.close(connection, closing.at)
        Object.assign(closing.described, this.#describe(connection), { waits: false })
      })
      closed.push(connection)
    }
    return closed
  }

  #giveUp(waiters: readonly [Connection, Waiter][]): void {
    for (const [connection, waiter] of waiters) {
      this.#in(connection, waiter, () => {
        const sessions = new Map(this.#streams.awaited(connection).map((random) => [random, waiter.tried.get(random)]))
        this.#given.push({ session: connection.id, closed: waiter.closing !== undefined, sessions })
        if (!waiter.closing) this.#lost.set(connection, sessions)
        this.#streams.giveUp(connection, connection.end)
      })
    }
  }

  #makeRoom(): Connection[] {
    const given: [Connection, Waiter][] = []
    let [bytes, count] = [this.#bytes, this.#waiters.size]
    for (const [connection, waiter] of this.#waiters) {
      if (bytes <= MOST_BYTES && count <= MOST_WAITERS) break
      given.push([connection, waiter])
      bytes -= waiter.bytes
      count--
    }
    this.#giveUp(given)
    return this.#letGo(given)
  }

  /** Does something with a connection, also when it is closed. */
  #in<Result>(connection: Connection, { closing }: Waiter, work: () => Result): Result {
    if (!closing) return work()
    connection.application = closing.application
    try {
      return work()
    } finally {
      connection.application = undefined
    }
  }

  /** Says which connections were given up. Durable when it resolves. */
  async settle(): Promise<void> {
    const given = this.#given
    this.#given = []
    if (given.length > 0) await this.#port.giveUp(given)
  }

  /** What a given up connection waited for, for its checkpoint. */
  lostOf(connection: Connection): string[] | undefined {
    const lost = this.#lost.get(connection)
    return lost && [...lost.keys()]
  }

  loadLost(connection: Connection, clientRandoms: readonly string[]): void {
    this.#lost.set(connection, new Map(clientRandoms.map((random) => [random, undefined])))
  }

  /** The closed connections that wait and were not saved yet. */
  *saveClosing(): Generator<SavedStream & { closing: SavedClosing }> {
    for (const [connection, waiter] of this.#waiters) {
      const { closing } = waiter
      if (!closing || closing.saved) continue
      closing.saved = true
      const { id, transport, peerKey, client, server, clientKnownBy, start, end } = connection
      const stream = this.#in(connection, waiter, () => this.#streams.save(connection))
      yield { ...stream, closing: { id, transport, peerKey, client, server, clientKnownBy, start, end, at: closing.at } }
    }
  }

  loadClosing({ closing, ...stream }: SavedStream & { closing: SavedClosing }): void {
    const { at, ...described } = closing
    const sides = [silentSide(), silentSide()] as Connection['sides']
    const connection: Connection = { ...described, sides, handshake: undefined, state: 'closed', application: undefined }
    this.#streams.load(connection, stream)
    this.putOff(connection, at, 0)
    const waiter = this.#waiters.get(connection)
    if (waiter?.closing) {
      waiter.since = at
      waiter.closing.saved = true
    }
    connection.application = undefined
  }
}

const isSame = (one: Secrets, other: Secrets | undefined): boolean =>
  other !== undefined && Object.entries(one).every(([label, secret]) => other[label] === secret)
