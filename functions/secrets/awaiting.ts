import type { State } from '#adapters/state/port.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'
import { Shelf } from './shelf.ts'

const PREFIX = 'tls-awaited/'
/** Connections that one session's secrets may open: it is seen by several agents, and resumed. */
const MOST = 16

/** A connection that was told without what TLS carried in it, for want of secrets. */
export interface Awaiting {
  session: string
  agent: string
  /** Where its packets were captured: `<agent>/<lane>`. */
  lane: string
  /** Nothing more of it comes. */
  closed: boolean
}

const isSame = (one: Awaiting, other: Awaiting): boolean => one.session === other.session && one.lane === other.lane
const without = (list: readonly Awaiting[], coming: readonly Awaiting[]): Awaiting[] =>
  list.filter((each) => !coming.some((one) => isSame(one, each)))

/** Which connections would be read if a session's secrets came, by client random: remembered as long as their packets. */
export class AwaitingShelf {
  readonly #shelf: Shelf<Awaiting[]>

  constructor(state: State, holder: string, keepMs: number) {
    this.#shelf = new Shelf<Awaiting[]>(
      state,
      {
        encode: (_key, list) => encodeJson(list),
        decode: (_key, bytes) => decodeJson<Awaiting[]>(bytes),
        covers: (there, coming) => coming.every((one) => there.some((each) => isSame(one, each) && (each.closed || !one.closed))),
        join: (there, coming) => [...without(there, coming), ...coming].slice(-MOST),
      },
      holder,
      keepMs,
    )
  }

  add(clientRandom: string, awaiting: Awaiting): Promise<void> {
    return this.#shelf.add(PREFIX + clientRandom, [awaiting])
  }

  async of(clientRandom: string): Promise<Awaiting[]> {
    return (await this.#shelf.get(PREFIX + clientRandom)) ?? []
  }

  /** It was read. */
  async remove(clientRandom: string, awaiting: Awaiting): Promise<void> {
    if ((await this.of(clientRandom)).length === 0) return
    await this.#shelf.change(PREFIX + clientRandom, (there = []) => {
      const left = without(there, [awaiting])
      return left.length === 0 ? undefined : left
    })
  }
}
