import { laneAdvanced } from '#events/lane-advanced.ts'
import { streamAdvanced } from '#events/stream-advanced.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'sessions',
  summary: 'Rebuilds the TCP connections of a lane from its packets',
  trigger: 'event',
  consumes: [listed(laneAdvanced)],
  produces: [listed(streamAdvanced), listed(laneAdvanced)],
  scaling: {
    concurrency: 2,
    queue: 1024,
    utilization: 100,
    metric: 'concurrency',
    maxScale: 50,
    scaleDownDelay: 30,
    retention: 30,
    timeout: 180,
    cpu: '1000m',
    memory: '1Gi',
    why: 'bound by CPU: one lane is worked on while another waits for the store. A call lasts as long as its lane has work, so calls under way are lanes at work, and half as many instances as lanes are wanted. Taken away slowly: a lane that moves opens its checkpoints again. An event only says that a lane has work, so many may wait',
  },
}
