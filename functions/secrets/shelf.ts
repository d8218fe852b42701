import { setTimeout as sleep } from 'node:timers/promises'
import { Transient } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'

/** Locks are lanes of the state, and what was a lane once is remembered: so there are only so many. */
const LOCKS = 64
const LOCKED_MS = 10_000
const MOST_TRIES = 200
const TRY_MS = 25

/** How a value is made of what lies there and what comes. */
export interface Joining<Value> {
  encode(key: string, value: Value): Uint8Array
  /** Undefined: what lies there cannot be read, and something new may take its place. */
  decode(key: string, bytes: Uint8Array): Value | undefined
  /** Whether `there` says all of `coming` already. */
  covers(there: Value, coming: Value): boolean
  join(there: Value, coming: Value): Value
}

/** Values of the shared state to which several add, at the same time, twice, and out of order. The first needs one step, others a lock. */
export class Shelf<Value> {
  readonly #state: State
  readonly #joining: Joining<Value>
  readonly #holder: string
  readonly #ms: number

  /** `ms`: how long a value is kept after it was last added to. */
  constructor(state: State, joining: Joining<Value>, holder: string, ms: number) {
    this.#state = state
    this.#joining = joining
    this.#holder = holder
    this.#ms = ms
  }

  async get(key: string): Promise<Value | undefined> {
    const bytes = await this.#state.get(key)
    return bytes && this.#joining.decode(key, bytes)
  }

  /** Adds to the value under a key. Durable when it resolves. */
  async add(key: string, coming: Value): Promise<void> {
    const { encode, decode, covers } = this.#joining
    const there = decode(key, await this.#state.claim(key, encode(key, coming), this.#ms))
    if (there === undefined || !covers(there, coming)) await this.change(key, (before) => this.#joined(before, coming))
  }

  #joined(there: Value | undefined, coming: Value): Value {
    return there === undefined ? coming : this.#joining.join(there, coming)
  }

  /** Puts what `make` makes of the value in its place, while nobody else changes it; undefined: nothing. */
  async change(key: string, make: (there: Value | undefined) => Value | undefined): Promise<void> {
    await locked(this.#state, key, this.#holder, async () => {
      const value = make(await this.get(key))
      if (value === undefined) await this.#state.delete(key)
      else await this.#state.set(key, this.#joining.encode(key, value), this.#ms)
    })
  }
}

const hashOf = (text: string): number => {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) >>> 0
  return hash
}

/** Does something while nobody else does the same for this key. Throws `Transient` when others take too long. */
export async function locked<Result>(state: State, key: string, holder: string, work: () => Promise<Result>): Promise<Result> {
  const lane = `tls-lock/${hashOf(key) % LOCKS}`
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const lease = await state.lease(lane, holder, LOCKED_MS)
    if (!lease) {
      await sleep(TRY_MS)
      continue
    }
    try {
      return await work()
    } finally {
      await state.release(lease)
    }
  }
  throw new Transient('many change the secrets of TLS sessions at once: try again', 500)
}
