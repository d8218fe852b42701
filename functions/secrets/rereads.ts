import type { State } from '#adapters/state/port.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'
import type { Awaiting } from './awaiting.ts'
import { locked } from './shelf.ts'

/** So the lanes are named in which connections are read again. */
export const REREAD = 'reread/'
/** Connections are read again in so many lanes, each always in the same. */
const LANES = 4

/** A connection to be read again, and the sessions in it whose secrets have come. */
export interface Reread extends Awaiting {
  clientRandoms: string[]
}

export const decodeReread = (entry: Uint8Array): Reread => decodeJson<Reread>(entry)

/** The id of a connection ends in hex digits. */
const laneOf = ({ session }: Awaiting): string => `${REREAD}${(Number.parseInt(session.slice(-2), 16) || 0) % LANES}`

/** Puts connections into the logs of those who read them again. Durable when it resolves; answers the lanes that have work. Throws `Full`. */
export async function scheduleRereads(state: State, holder: string, rereads: readonly Reread[]): Promise<string[]> {
  const byLane = Map.groupBy(rereads, laneOf)
  for (const [lane, each] of byLane) await locked(state, lane, holder, () => append(state, lane, each))
  return [...byLane.keys()]
}

const PAGE = 1000

async function append(state: State, lane: string, rereads: readonly Reread[]): Promise<void> {
  let { cursor: last = 0 } = await state.load(lane)
  for (let page = await state.read(lane, last, PAGE); page.length > 0; page = await state.read(lane, last, PAGE))
    last = page.at(-1)!.sequence
  for (const reread of rereads) await state.append(lane, ++last, encodeJson(reread))
}
