import type { Bus } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { streamsLogged } from '#events/streams-logged.ts'

/** So the lanes of `parsing` are named in the state. */
const PARSING = 'parsing/'

/** Says of each lane whose log is ahead of its cursor that it has work: events that a broker forgot are made up for. Answers the lanes. */
export async function wakeLanes(state: State, bus: Bus, now: () => number): Promise<string[]> {
  const lanes = await state.behind('')
  for (const lane of lanes) {
    const attributes = { id: `${lane}/${now()}`, time: new Date(now()).toISOString() }
    if (lane.startsWith(PARSING))
      await bus.publish(streamsLogged.make('/functions/sweep', { lane: lane.slice(PARSING.length) }, attributes))
    else await bus.publish(laneAdvanced.make('/functions/sweep', { lane, sequence: 1 }, attributes))
  }
  return lanes
}
