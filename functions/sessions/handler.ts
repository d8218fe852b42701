import type { State } from '#adapters/state/port.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { LaneDrain } from '../lane/drain.ts'
import type { Attendance, LaneFunction } from '../lane/function.ts'
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
  attend?: Attendance
  /** Whether the license allows work; always unless told. */
  allowed?: () => Promise<boolean>
}

/** Drains the lane that an event speaks of. `drain` does the same for the sweep. */
export function createSessions(ports: SessionsPorts): LaneFunction {
  const drain = new LaneDrain<SessionsLane>({
    state: ports.state,
    holder: ports.holder,
    commitEveryMs: ports.commitEveryMs,
    mostMs: ports.attend?.mostMs,
    allowed: ports.allowed,
    open: async (lane, checkpoints) => new SessionsLane({ ...ports, streams: ports.streams(lane) }, lane, checkpoints),
  })
  return {
    async handle(event) {
      const { lane } = laneAdvanced.check(event.data)
      await ports.refresh()
      if (!ports.attend) await drain.drain(lane)
      else if (await drain.attend(lane)) await ports.attend.goOn(lane)
    },
    async drain(lane) {
      await ports.refresh()
      await drain.drain(lane)
    },
    stop: () => drain.stop(),
  }
}
