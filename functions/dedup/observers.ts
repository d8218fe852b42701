import type { State } from '#adapters/state/port.ts'

/** How long two observers of one connection may be apart. */
export const OBSERVERS_MS = 10 * 60_000
const MOST_SESSIONS = 200_000

export interface Observation {
  /** Id of the session as its first observer has it: all documents of the connection carry it. */
  session: string
  first: boolean
}

const text = { encode: new TextEncoder(), decode: new TextDecoder() }
const encode = (value: unknown): Uint8Array => text.encode.encode(JSON.stringify(value))

/** Who saw a connection first. Both initial sequence numbers name it, also behind an address translation. */
export class Observers {
  readonly #state: State
  readonly #now: () => number
  readonly #known = new Map<string, Observation & { since: number }>()

  constructor(state: State, now: () => number = Date.now) {
    this.#state = state
    this.#now = now
  }

  async observe(agent: string, session: string, peerKey: string | undefined): Promise<Observation> {
    const key = `${agent} ${session}`
    const known = this.#known.get(key)
    if (known && this.#now() - known.since < OBSERVERS_MS / 2) return known
    const observation = known ?? (await this.#claim(agent, session, peerKey))
    if (!observation.first) await this.join(observation.session, agent)
    else if (known) await this.#state.set(`observer/${peerKey ?? session}`, encode({ agent, session }), OBSERVERS_MS)
    this.#known.set(key, { session: observation.session, first: observation.first, since: this.#now() })
    if (this.#known.size > MOST_SESSIONS) this.#known.delete(this.#known.keys().next().value as string)
    return observation
  }

  async #claim(agent: string, session: string, peerKey: string | undefined): Promise<Observation> {
    const claimed = JSON.parse(
      text.decode.decode(await this.#state.claim(`observer/${peerKey ?? session}`, encode({ agent, session }), OBSERVERS_MS)),
    )
    return { session: claimed.session, first: claimed.agent === agent }
  }

  /** Says that this agent is one of several who saw the session. */
  async join(session: string, agent: string): Promise<void> {
    await this.#state.set(`double/${session}/${agent}`, encode({ agent, session }), OBSERVERS_MS)
  }

  /** Sessions that more than one agent saw lately, with the agents: the first one's once it knows of the others. */
  async doubles(): Promise<Map<string, string[]>> {
    const doubles = new Map<string, string[]>()
    for (const key of (await this.#state.list('double/')).keys()) {
      const [, session, agent] = key.split('/')
      doubles.set(session, [...(doubles.get(session) ?? []), agent])
    }
    return doubles
  }

  /** Keeps what one of several observers saw of a call, for all others to find. */
  async keep(exchange: string, agent: string, json: string): Promise<void> {
    await this.#state.set(`seen/${exchange}/${agent}`, text.encode.encode(json), OBSERVERS_MS)
  }

  /** What these agents kept of a call. */
  async kept(exchange: string, agents: readonly string[]): Promise<string[]> {
    const kept = await Promise.all(agents.map((agent) => this.#state.get(`seen/${exchange}/${agent}`)))
    return kept.filter((bytes) => bytes !== undefined).map((bytes) => text.decode.decode(bytes))
  }
}
