import { randomUUID } from 'node:crypto'
import type { Bus } from '#adapters/bus/port.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Handler } from '../declare.ts'
import type { Attendance, LaneFunction } from '../lane/function.ts'
import { LaneKeeper } from '../lane/keeper.ts'
import { SectionCache } from '../lane/sections.ts'
import type { StreamConsumer } from '../lane/streams.ts'
import { Gate } from '../license/standing.ts'
import type { ParsingLane } from '../parsing/lane.ts'
import type { Ports } from './adapters.ts'
import { once } from './once.ts'
import { wake } from './sweep.ts'

/** How the functions are joined: what they publish goes to `bus`, and those of `chain` run in the process of `sessions`. */
export interface Joined {
  ports: Ports
  team: string
  keepBody: number
  bus: Bus
  chain: ReadonlySet<string>
  /** Told of every stored call, as JSON, once it is durable. */
  announce: (documents: readonly string[]) => void
  announceStatus: (document: StatusDocument) => void
  /** Functions stay with a lane while a missing sequence is waited for: no sweep of this process comes back to it. */
  attend: boolean
  /** Whether a license was given: its 24-hour rule holds. */
  licensed: boolean
  now: () => number
}

/** Well below the time that a platform gives one call. */
const ATTENDED_MS = 120_000

/** Makes the handlers of the event functions. Each loads its own code and opens its own ports, so that an instance of one carries nothing of the others. */
export class Handlers {
  readonly #joined: Joined
  readonly #holder = randomUUID()
  /** In one process `ingest` leaves a section here for `sessions`. */
  readonly #sections = once(async () => new SectionCache(await this.#joined.ports.blobs()))
  /** Read once for `sessions` and `parsing` in one process. */
  readonly #names = once(async () => {
    const { HostNames } = await import('../parsing/names.ts')
    return new HostNames(await this.#joined.ports.state(), this.#joined.now)
  })

  readonly #gate = once(async () => new Gate(await this.#joined.ports.state(), this.#joined.now))

  constructor(joined: Joined) {
    this.#joined = joined
  }

  #attendance(source: string): Attendance | undefined {
    const { attend, bus, now } = this.#joined
    return attend ? { mostMs: ATTENDED_MS, goOn: (lane) => wake(lane, bus, now, source) } : undefined
  }

  #allowed = async (): Promise<boolean> => !this.#joined.licensed || (await (await this.#gate()).standing()).state !== 'stopped'

  async ingest(): Promise<Handler> {
    const { ingest } = await import('../ingest/handler.ts')
    const { ports, bus, team, now } = this.#joined
    const handle = ingest({ state: await ports.state(), blobs: await ports.blobs(), bus, sections: await this.#sections(), team, now })
    if (!this.#joined.licensed) return handle
    const gate = await this.#gate()
    return async (event) => {
      await gate.pass()
      await handle(event)
    }
  }

  async sessions(): Promise<LaneFunction> {
    const { createSessions } = await import('../sessions/handler.ts')
    const { ports, team } = this.#joined
    const names = await this.#names()
    return createSessions({
      state: await ports.state(),
      store: await ports.store(),
      sections: await this.#sections(),
      team,
      holder: this.#holder,
      attend: this.#attendance('/functions/sessions'),
      allowed: this.#allowed,
      names: names.lookup,
      refresh: () => names.refresh(),
      streams: await this.#streams(),
    })
  }

  /** Who takes the streams of a lane from `sessions`. */
  async #streams(): Promise<(lane: string) => StreamConsumer> {
    const { bus, chain, now } = this.#joined
    if (!chain.has('parsing')) {
      const { StreamPublisher } = await import('../sessions/publisher.ts')
      return (lane) => new StreamPublisher(bus, lane, now)
    }
    const { ParsingChain } = await import('./chain.ts')
    const { ParsingLane } = await import('../parsing/lane.ts')
    const [ports, exchanges] = [await this.#parsingPorts(), await this.#exchanges()]
    const keeper = new LaneKeeper<ParsingLane>({
      state: await this.#joined.ports.state(),
      holder: this.#holder,
      open: async (lane, checkpoints) => new ParsingLane(ports, exchanges(lane), checkpoints),
    })
    return (lane) => new ParsingChain(keeper, lane)
  }

  async #parsingPorts() {
    const { loadCodecs } = await import('#adapters/crypto/codecs.ts')
    const { ports, team, keepBody, now } = this.#joined
    return { blobs: await ports.blobs(), codecs: await loadCodecs(), names: await this.#names(), limits: { keepBody }, team, now }
  }

  /** Who takes the calls of a lane from `parsing`. */
  async #exchanges() {
    const { ports, bus, chain, team, announce, now } = this.#joined
    if (!chain.has('dedup')) {
      const { ExchangePublisher } = await import('../parsing/publisher.ts')
      return (lane: string) => new ExchangePublisher(bus, lane, now)
    }
    const { Merger } = await import('../dedup/merger.ts')
    const { Observers } = await import('../dedup/observers.ts')
    const merging = { store: await ports.store(), state: await ports.state(), announce }
    const observers = new Observers(merging.state)
    return () => new Merger(merging, observers, team)
  }

  async parsing(): Promise<LaneFunction> {
    const { createParsing } = await import('../parsing/handler.ts')
    const state = await this.#joined.ports.state()
    return createParsing({
      ...(await this.#parsingPorts()),
      state,
      holder: this.#holder,
      attend: this.#attendance('/functions/parsing'),
      allowed: this.#allowed,
      exchanges: await this.#exchanges(),
    })
  }

  async dedup(): Promise<Handler> {
    const { dedup } = await import('../dedup/handler.ts')
    const { ports, team, announce } = this.#joined
    return dedup({ store: await ports.store(), state: await ports.state(), team, announce })
  }

  async hosts(): Promise<Handler> {
    const { hosts } = await import('../hosts/handler.ts')
    const { ports, team } = this.#joined
    return hosts({ store: await ports.store(), state: await ports.state(), team })
  }

  async status(): Promise<Handler> {
    const { status } = await import('../status/handler.ts')
    const { ports, team, announceStatus } = this.#joined
    return status({ store: await ports.store(), team, announce: announceStatus })
  }

  async license(): Promise<Handler> {
    const { license } = await import('../license/handler.ts')
    const { openLedger } = await import('../license/ledger.ts')
    return license({ books: openLedger(await this.#joined.ports.state()), now: this.#joined.now })
  }
}
