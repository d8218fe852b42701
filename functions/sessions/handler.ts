import type { State } from '#adapters/state/port.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { LaneDrain } from '../lane/drain.ts'
import type { LaneFunction } from '../lane/function.ts'
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
  /** Stays with a lane while a missing sequence is waited for: where nothing else comes back to it soon. */
  attend?: boolean
}

/** Drains the lane that an event speaks of. `drain` does the same for the sweep. */
export function createSessions(ports: SessionsPorts): LaneFunction {
  const drain = new LaneDrain<SessionsLane>({
    state: ports.state,
    holder: ports.holder,
    commitEveryMs: ports.commitEveryMs,
    open: async (lane, checkpoints) => new SessionsLane({ ...ports, streams: ports.streams(lane) }, lane, checkpoints),
  })
  return {
    async handle(event) {
      const { lane } = laneAdvanced.check(event.data)
      await ports.refresh()
      await (ports.attend ? drain.attend(lane) : drain.drain(lane))
    },
    async drain(lane) {
      await ports.refresh()
      await drain.drain(lane)
    },
    stop: () => drain.stop(),
  }
}
