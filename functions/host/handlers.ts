import { randomUUID } from 'node:crypto'
import type { Bus } from '#adapters/bus/port.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Handler } from '../declare.ts'
import type { Attendance, LaneFunction } from '../lane/function.ts'
import { LaneKeeper } from '../lane/keeper.ts'
import { SectionCache } from '../lane/sections.ts'
import type { StreamConsumer } from '../lane/streams.ts'
import { Gate } from '../license/standing.ts'
import type { Heard } from '../parsing/hand-on.ts'
import type { ParsingLane } from '../parsing/lane.ts'
import type { SecretsPort } from '../parsing/secrets.ts'
import type { SecretsDesk } from '../secrets/desk.ts'
import type { Ports } from './adapters.ts'
import { once } from './once.ts'
import type { SecretsOptions } from './secrets-key.ts'
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
  /** Secrets of TLS sessions; undefined: none are taken, and none waited for. */
  secrets: () => Promise<SecretsOptions | undefined>
  log: (line: string) => void
  now: () => number
}

/** Well below the time that a platform gives one call (`timeout` of the declarations): an entry that was begun is done, and what was done committed. */
export const ATTENDED_MS = 120_000

const NO_SECRETS: SecretsPort = { find: async () => undefined, known: () => undefined, giveUp: async () => undefined }

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

  /** Where secrets come in and are asked for, by who says that connections are to be read again. */
  readonly #desks = new Map<string, () => Promise<SecretsDesk | undefined>>()
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
    const [state, blobs, secrets] = [await ports.state(), await ports.blobs(), await this.secretsDesk('/functions/ingest')]
    const handle = ingest({ state, blobs, bus, sections: await this.#sections(), secrets, team, now })
    if (!this.#joined.licensed) return handle
    const gate = await this.#gate()
    return async (event) => {
      await gate.pass()
      await handle(event)
    }
  }

  /** Where secrets of TLS sessions come in; undefined: they are not taken. */
  secretsDesk(source: string): Promise<SecretsDesk | undefined> {
    const { ports, bus, secrets, log, now } = this.#joined
    const open = async (): Promise<SecretsDesk | undefined> => {
      const options = await secrets()
      const { openSecretsDesk } = await import('./secrets.ts')
      return options && openSecretsDesk({ state: await ports.state(), bus, options, holder: this.#holder, log, now, source })
    }
    const desk = this.#desks.get(source) ?? once(open)
    this.#desks.set(source, desk)
    return desk()
  }

  /** Where the connections of a lane of `parsing` ask for secrets. */
  async #secrets(): Promise<(lane: string) => SecretsPort> {
    const desk = await this.secretsDesk('/functions/parsing')
    if (!desk) return () => NO_SECRETS
    return (lane) => {
      const at = { lane: lane.replace(/^parsing\//, ''), agent: lane.replace(/^parsing\/|\/[^/]*$/g, '') }
      return {
        find: (random) => desk.vault.find(random),
        known: desk.vault.known,
        giveUp: (given) => desk.giveUp(given.map((each) => ({ ...each, ...at }))),
      }
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
    const [ports, exchanges, secrets] = [await this.#parsingPorts(), await this.#exchanges(), await this.#secrets()]
    const keeper = new LaneKeeper<ParsingLane>({
      state: await this.#joined.ports.state(),
      holder: this.#holder,
      open: async (lane, checkpoints) => new ParsingLane({ ...ports, secrets: secrets(lane) }, exchanges(lane), checkpoints),
    })
    return (lane) => new ParsingChain(keeper, lane)
  }

  async #parsingPorts() {
    const { loadCodecs } = await import('#adapters/crypto/codecs.ts')
    const { ports, team, keepBody, now } = this.#joined
    const [blobs, codecs, names, secrets] = [await ports.blobs(), await loadCodecs(), await this.#names(), await this.#joined.secrets()]
    return { blobs, codecs, names, limits: { keepBody }, secretsWaitMs: secrets?.waitMs ?? 0, team, now }
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
      secrets: await this.#secrets(),
      exchanges: await this.#exchanges(),
    })
  }

  async tls(): Promise<LaneFunction> {
    const { createTls } = await import('../tls/handler.ts')
    const { ParsingLane } = await import('../parsing/lane.ts')
    const { ports, team } = this.#joined
    const [parsing, exchanges, desk] = [await this.#parsingPorts(), await this.#exchanges(), await this.secretsDesk('/functions/tls')]
    return createTls({
      state: await ports.state(),
      store: await ports.store(),
      blobs: await ports.blobs(),
      team,
      holder: this.#holder,
      attend: this.#attendance('/functions/tls'),
      allowed: this.#allowed,
      log: this.#joined.log,
      async reader({ lane, clientRandoms }) {
        for (const random of clientRandoms) await desk?.vault.find(random)
        let gaveUp = false
        const secrets: SecretsPort = {
          find: async (random) => desk?.vault.find(random),
          known: desk?.vault.known ?? NO_SECRETS.known,
          async giveUp(given) {
            gaveUp ||= given.length > 0
          },
        }
        const reading = new ParsingLane({ ...parsing, secrets }, exchanges(lane), new Map())
        return {
          streams: {
            begin: (sequence, agent) => reading.begin(sequence, agent),
            finish: (at, ended) => reading.finish(at, ended),
            settle: async () => void (await reading.settle()),
            describe: (connection) => reading.describe(connection),
          },
          gaveUp: () => gaveUp,
        }
      },
      wasRead: async (reread) => desk?.wasRead(reread),
    })
  }

  /** Takes calls that were read from an archive, not from packets, as this agent's; they are durable when it resolves. `nameOf` names addresses. */
  async archives(): Promise<(agent: string, nameOf: (ip: string) => string | undefined) => (heard: readonly Heard[]) => Promise<void>> {
    const { HandOn } = await import('../parsing/hand-on.ts')
    const { ports, team, now, licensed } = this.#joined
    const [blobs, exchanges, gate] = [await ports.blobs(), await this.#exchanges(), licensed ? await this.#gate() : undefined]
    return (agent, nameOf) => {
      const onward = new HandOn({ blobs, team, now, nameOf }, exchanges(agent))
      let sequence = 0
      return async (heard) => {
        await gate?.pass()
        await onward.take(agent, ++sequence, heard)
        await onward.settle()
      }
    }
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

  async usage(): Promise<Handler> {
    const { usage } = await import('../usage/handler.ts')
    const { ports, team } = this.#joined
    const names = await this.#names()
    return usage({ store: await ports.store(), team, names: names.lookup, refresh: () => names.refresh() })
  }

  async license(): Promise<Handler> {
    const { license } = await import('../license/handler.ts')
    const { openLedger } = await import('../license/ledger.ts')
    return license({ books: openLedger(await this.#joined.ports.state()), now: this.#joined.now })
  }
}
