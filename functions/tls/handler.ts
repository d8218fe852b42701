import type { State } from '#adapters/state/port.ts'
import { rereadDue } from '#events/reread-due.ts'
import { LaneDrain } from '../lane/drain.ts'
import type { Attendance, LaneFunction } from '../lane/function.ts'
import { RereadLane, type RereadPorts } from './reread.ts'

export interface TlsPorts extends RereadPorts {
  state: State
  holder: string
  attend?: Attendance
  /** Whether the license allows work; always unless told. */
  allowed?: () => Promise<boolean>
}

/** Reads again what the log of the lane says that an event speaks of. `drain` does the same for the sweep. */
export function createTls(ports: TlsPorts): LaneFunction {
  const drain = new LaneDrain<RereadLane>({
    state: ports.state,
    holder: ports.holder,
    // Each entry stands for itself: done, it need not be done again.
    commitEveryMs: 0,
    mostMs: ports.attend?.mostMs,
    allowed: ports.allowed,
    open: async () => new RereadLane(ports),
  })
  return {
    async handle(event) {
      const { lane } = rereadDue.check(event.data)
      if (!ports.attend) await drain.drain(lane)
      else if (await drain.attend(lane)) await ports.attend.goOn(lane)
    },
    async drain(lane) {
      await drain.drain(lane)
    },
    stop: () => drain.stop(),
  }
}
