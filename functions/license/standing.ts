import { LICENSE_STOPPED, Transient } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { type Accepted, type Standing, standingOf } from '#engines/license/standing.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'

const KEY = 'license/standing'
/** What was read is good for so long, ms. */
const FRESH_MS = 5_000
/** Agents and the bus come back after so long, ms. */
const AGAIN_MS = 30_000

/** Capture and parsing are stopped until usage statistics are accepted. */
export class LicenseStopped extends Transient {
  override name = 'LicenseStopped'
  constructor(message: string) {
    super(message, AGAIN_MS, LICENSE_STOPPED)
  }
}

/** What the 24-hour rule is about, in the shared state; undefined under the evaluation. */
export async function readAccepted(state: State): Promise<Accepted | undefined> {
  const kept = await state.get(KEY)
  return kept === undefined ? undefined : decodeJson<Accepted>(kept)
}

export async function writeAccepted(state: State, accepted: Accepted | undefined): Promise<void> {
  if (accepted === undefined) await state.delete(KEY)
  else await state.set(KEY, encodeJson(accepted))
}

/** What functions ask before they take in or parse: the shared state, some seconds old; never the license server. */
export class Gate {
  readonly #state: State
  readonly #now: () => number
  #standing: Standing | undefined
  #readAt = Number.NEGATIVE_INFINITY

  constructor(state: State, now: () => number) {
    this.#state = state
    this.#now = now
  }

  /** Throws `LicenseStopped` while the 24-hour rule holds. */
  async pass(): Promise<void> {
    const { state, message } = await this.standing()
    if (state === 'stopped') throw new LicenseStopped(message)
  }

  /** What the license allows, as it was some seconds ago. */
  async standing(): Promise<Standing> {
    const now = this.#now()
    if (this.#standing === undefined || Math.abs(now - this.#readAt) > FRESH_MS) {
      this.#standing = standingOf(await readAccepted(this.#state), now)
      this.#readAt = now
    }
    return this.#standing
  }
}
