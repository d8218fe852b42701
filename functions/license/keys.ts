import type { JSONWebKeySet } from 'jose'
import type { State } from '#adapters/state/port.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'

const KEY = 'license/keys'
const PATIENCE_MS = 10_000

/** The vendor's public keys, from the license server; those of before while it is away. */
export class VendorKeys {
  readonly #state: State
  readonly #url: URL

  constructor(state: State, server: string) {
    this.#state = state
    this.#url = new URL('/.well-known/jwks.json', server)
  }

  /** Those that were fetched last, or fetched now when none were. Throws when there are none and the server is away. */
  async known(): Promise<JSONWebKeySet> {
    const kept = await this.#state.get(KEY)
    return kept === undefined ? this.fetch() : decodeJson<JSONWebKeySet>(kept)
  }

  /** Asks the server. */
  async fetch(): Promise<JSONWebKeySet> {
    const response = await fetch(this.#url, { signal: AbortSignal.timeout(PATIENCE_MS) })
    if (!response.ok) throw new Error(`the license server answered ${response.status} for its keys`)
    const keys = (await response.json()) as JSONWebKeySet
    if (!Array.isArray(keys?.keys)) throw new Error('the license server gave no key set')
    await this.#state.set(KEY, encodeJson(keys))
    return keys
  }
}
