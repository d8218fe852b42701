import { laneAdvanced } from '#events/lane-advanced.ts'
import { streamAdvanced } from '#events/stream-advanced.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'sessions',
  summary: 'Rebuilds the TCP connections of a lane from its packets',
  trigger: 'event',
  consumes: [listed(laneAdvanced)],
  produces: [listed(streamAdvanced)],
  scaling: {
    concurrency: 2,
    queue: 1024,
    why: 'bound by CPU: one lane is worked on while another waits for the store; an event only says that a lane has work, so many may wait',
  },
}
