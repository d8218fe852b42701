import type { Bus } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { rereadDue } from '#events/reread-due.ts'
import { streamsLogged } from '#events/streams-logged.ts'
import { REREAD } from '../secrets/rereads.ts'

/** So the lanes of `parsing` are named in the state. */
const PARSING = 'parsing/'

/** Says of each lane whose log is ahead of its cursor that it has work: events that a broker forgot are made up for. Answers the lanes. */
export async function wakeLanes(state: State, bus: Bus, now: () => number): Promise<string[]> {
  const lanes = await state.behind('')
  for (const lane of lanes) await wake(lane, bus, now)
  return lanes
}

/** Says of a lane, by its name in the state, that it has work: by the event that its function takes. */
export async function wake(lane: string, bus: Bus, now: () => number, source = '/functions/sweep'): Promise<void> {
  const attributes = { id: `${lane}/${now()}`, time: new Date(now()).toISOString() }
  if (lane.startsWith(PARSING)) await bus.publish(streamsLogged.make(source, { lane: lane.slice(PARSING.length) }, attributes))
  else if (lane.startsWith(REREAD)) await bus.publish(rereadDue.make(source, { lane }, attributes))
  else await bus.publish(laneAdvanced.make(source, { lane, sequence: 1 }, attributes))
}

/** Looks after the lanes beside other work: wakes those that stand where they stood at the look before, for nobody seems to work on them. */
export class Waker {
  readonly #state: State
  readonly #bus: Bus
  readonly #now: () => number
  readonly #everyMs: number
  #looked = Number.NEGATIVE_INFINITY
  /** First sequence that each lane had not done at the last look. */
  #stood = new Map<string, number>()

  constructor(state: State, bus: Bus, now: () => number, everyMs = 5_000) {
    this.#state = state
    this.#bus = bus
    this.#now = now
    this.#everyMs = everyMs
  }

  /** Does nothing when the last look was less than `everyMs` ago. */
  async look(): Promise<void> {
    const now = this.#now()
    if (now - this.#looked < this.#everyMs) return
    this.#looked = now
    const stands = new Map<string, number>()
    for (const lane of await this.#state.behind('')) {
      const [first] = await this.#state.read(lane, 0, 1)
      if (!first) continue
      stands.set(lane, first.sequence)
      if (this.#stood.get(lane) === first.sequence) await wake(lane, this.#bus, this.#now)
    }
    this.#stood = stands
  }
}
