import { networkUsage } from '#events/network-usage.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'usage',
  summary: 'Keeps what processes sent and received',
  trigger: 'event',
  consumes: [listed(networkUsage)],
  produces: [],
  scaling: {
    concurrency: 4,
    queue: 256,
    utilization: 80,
    metric: 'concurrency',
    maxScale: 5,
    scaleDownDelay: 0,
    retention: 30,
    timeout: 60,
    cpu: '50m',
    memory: '256Mi',
    why: 'one event a host every ten seconds, where Gocipher runs and anything is sent: kept for 30 s, so that it does not start anew for each',
  },
}
