import { hostsResolved } from '#events/hosts-resolved.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'hosts',
  summary: 'Keeps the names of addresses',
  trigger: 'event',
  consumes: [listed(hostsResolved)],
  produces: [],
  scaling: {
    concurrency: 4,
    queue: 256,
    utilization: 80,
    metric: 'concurrency',
    maxScale: 2,
    scaleDownDelay: 0,
    retention: 0,
    timeout: 60,
    cpu: '50m',
    memory: '256Mi',
    why: 'small and rare: two instances are more than enough, and none is kept',
  },
}
