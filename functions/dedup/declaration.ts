import { exchangeParsed } from '#events/exchange-parsed.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'dedup',
  summary: 'Stores calls, those that several agents saw as one',
  trigger: 'event',
  consumes: [listed(exchangeParsed)],
  produces: [],
  within: 'sessions',
  scaling: {
    concurrency: 8,
    queue: 64,
    utilization: 70,
    metric: 'concurrency',
    maxScale: 20,
    scaleDownDelay: 15,
    retention: 15,
    timeout: 120,
    cpu: '250m',
    memory: '384Mi',
    why: 'waits for the store most of the time; it holds a batch of calls each, nothing between them',
  },
}
