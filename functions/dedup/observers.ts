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

/** Who saw a connection first. Both initial sequence numbers name it, also behind an address translation. */
export class Observers {
  readonly #state: State
  readonly #known = new Map<string, Observation>()

  constructor(state: State) {
    this.#state = state
  }

  async observe(agent: string, session: string, peerKey: string | undefined): Promise<Observation> {
    const key = `${agent} ${session}`
    const known = this.#known.get(key)
    if (known) return known
    const claim = text.encode.encode(JSON.stringify({ agent, session }))
    const claimed = JSON.parse(text.decode.decode(await this.#state.claim(`observer/${peerKey ?? session}`, claim, OBSERVERS_MS)))
    const observation = { session: claimed.session as string, first: claimed.agent === agent }
    if (!observation.first) await this.#state.set(`double/${observation.session}/${agent}`, claim, OBSERVERS_MS)
    this.#known.set(key, observation)
    if (this.#known.size > MOST_SESSIONS) this.#known.delete(this.#known.keys().next().value as string)
    return observation
  }

  /** Sessions that more than one agent saw lately, with the agents that were not the first. */
  async doubles(): Promise<Map<string, string[]>> {
    const doubles = new Map<string, string[]>()
    for (const key of (await this.#state.list('double/')).keys()) {
      const [, session, agent] = key.split('/')
      doubles.set(session, [...(doubles.get(session) ?? []), agent])
    }
    return doubles
  }

  /** Keeps what a later observer saw of a call, for all others to find. */
  async keep(exchange: string, agent: string, json: string): Promise<void> {
    await this.#state.set(`seen/${exchange}/${agent}`, text.encode.encode(json), OBSERVERS_MS)
  }

  /** What these agents kept of a call. */
  async kept(exchange: string, agents: readonly string[]): Promise<string[]> {
    const kept = await Promise.all(agents.map((agent) => this.#state.get(`seen/${exchange}/${agent}`)))
    return kept.filter((bytes) => bytes !== undefined).map((bytes) => text.decode.decode(bytes))
  }
}
