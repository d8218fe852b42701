import { Transient } from '#adapters/bus/port.ts'
import { Full, type State } from '#adapters/state/port.ts'
import type { KeyLogLine } from '#engines/tls/keylog.ts'
import type { Secrets } from '#engines/tls/secrets.ts'
import { type Awaiting, AwaitingShelf } from './awaiting.ts'
import { type Reread, scheduleRereads } from './rereads.ts'
import { Vault, type VaultOptions } from './vault.ts'

/** Sessions that are worked on at a time: each waits for the shared state. */
const AT_ONCE = 64

/** A connection whose secrets are not waited for any longer. */
export interface GivenUp extends Awaiting {
  /** The sessions in it, with what did not open them. */
  sessions: ReadonlyMap<string, Secrets | undefined>
}

export interface Taken {
  /** Sessions that secrets came of. */
  sessions: number
  /** Connections that are read again with them. */
  rereads: number
}

/**
 * Where secrets of TLS sessions come in, from whoever told them, and are asked for. Secrets are kept first, and who waits is looked for then; who gives up
 * says so first, and looks for the secrets then: whichever comes last finds the other, so that the connection is read again.
 */
export class SecretsDesk {
  readonly vault: Vault
  readonly #state: State
  readonly #holder: string
  readonly #awaiting: AwaitingShelf
  readonly #wake: (lane: string) => Promise<void>

  /** `wake` says of a lane that connections are to be read again in it. */
  constructor(options: VaultOptions, wake: (lane: string) => Promise<void>) {
    this.vault = new Vault(options)
    this.#state = options.state
    this.#holder = options.holder
    this.#awaiting = new AwaitingShelf(options.state, options.holder, options.keepMs)
    this.#wake = wake
  }

  /** Keeps secrets, and has read again what could not be read without them. Both durable when it resolves; throws `Transient`. */
  async take(lines: readonly KeyLogLine[]): Promise<Taken> {
    const sessions = new Map<string, Record<string, string>>()
    for (const { clientRandom, label, secret } of lines)
      sessions.set(clientRandom, Object.assign(sessions.get(clientRandom) ?? {}, { [label]: secret }))
    await inTurns([...sessions], ([clientRandom, secrets]) => this.vault.keep(clientRandom, secrets))
    const rereads: Reread[] = []
    await inTurns([...sessions.keys()], async (clientRandom) => {
      for (const awaiting of await this.#awaiting.of(clientRandom)) rereads.push({ ...awaiting, clientRandoms: [clientRandom] })
    })
    await this.#readAgain(rereads)
    return { sessions: sessions.size, rereads: new Set(rereads.map(({ session, lane }) => `${session} ${lane}`)).size }
  }

  /** Remembers connections that were told without what was in them; one whose secrets have come meanwhile is read again. */
  async giveUp(given: readonly GivenUp[]): Promise<void> {
    const rereads: Reread[] = []
    await inTurns(given, async ({ sessions, ...awaiting }) => {
      for (const [clientRandom, tried] of sessions) {
        await this.#awaiting.add(clientRandom, awaiting)
        const secrets = await this.vault.find(clientRandom)
        if (secrets && Object.entries(secrets).some(([label, secret]) => tried?.[label] !== secret))
          rereads.push({ ...awaiting, clientRandoms: [clientRandom] })
      }
    })
    await this.#readAgain(rereads)
  }

  /** A connection was read with these sessions' secrets: they are not awaited any more. */
  async wasRead({ clientRandoms, ...awaiting }: Reread): Promise<void> {
    for (const clientRandom of clientRandoms) await this.#awaiting.remove(clientRandom, awaiting)
  }

  async #readAgain(rereads: readonly Reread[]): Promise<void> {
    if (rereads.length === 0) return
    try {
      for (const lane of await scheduleRereads(this.#state, this.#holder, rereads)) await this.#wake(lane)
    } catch (error) {
      if (error instanceof Full)
        throw new Transient('so many connections wait to be read again with their secrets that no more can: try again later', 5_000)
      throw error
    }
  }
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += AT_ONCE) await Promise.all(items.slice(at, at + AT_ONCE).map(work))
}
