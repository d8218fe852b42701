import type { Declaration } from '../declare.ts'

export const declaration: Declaration = {
  name: 'dead-letters',
  summary: 'Keeps what could not be delivered, with its reason, to be looked at and sent again',
  trigger: 'dead-letters',
  consumes: [],
  produces: [],
  scaling: {
    concurrency: 8,
    queue: 64,
    utilization: 80,
    metric: 'concurrency',
    maxScale: 2,
    scaleDownDelay: 0,
    retention: 0,
    timeout: 60,
    cpu: '50m',
    memory: '256Mi',
    why: 'rare, and never in a hurry: two instances keep up with any stream of failures that somebody can still look at',
  },
}
