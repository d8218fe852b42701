import type { State } from '#adapters/state/port.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import type { Handler } from '../declare.ts'
import { LaneDrain } from '../lane/drain.ts'
import type { StreamConsumer } from '../lane/streams.ts'
import { SessionsLane, type SessionsLanePorts } from './lane.ts'

export interface SessionsPorts extends Omit<SessionsLanePorts, 'streams'> {
  state: State
  holder: string
  /** Who takes the streams of a lane. */
  streams: (lane: string) => StreamConsumer
  /** Before a lane is worked on. */
  refresh: () => Promise<void>
  commitEveryMs?: number
}

/** Drains the lane that an event speaks of. `drain` does the same for the sweep. */
export function createSessions(ports: SessionsPorts): { handle: Handler; drain: (lane: string) => Promise<void> } {
  const drain = new LaneDrain<SessionsLane>({
    state: ports.state,
    holder: ports.holder,
    commitEveryMs: ports.commitEveryMs,
    open: async (lane, checkpoints) => new SessionsLane({ ...ports, streams: ports.streams(lane) }, lane, checkpoints),
  })
  const run = async (lane: string): Promise<void> => {
    await ports.refresh()
    await drain.drain(lane)
  }
  return { handle: (event) => run(laneAdvanced.check(event.data).lane), drain: run }
}
