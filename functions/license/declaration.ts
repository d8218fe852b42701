import { licenseChanged } from '#events/license-changed.ts'
import { licenseUsage } from '#events/license-usage.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'license',
  summary: 'Sums what every function and agent says it used to hours of CPU, and keeps them',
  trigger: 'event',
  consumes: [listed(licenseUsage)],
  produces: [listed(licenseChanged)],
  scaling: {
    concurrency: 16,
    queue: 256,
    utilization: 80,
    metric: 'concurrency',
    maxScale: 1,
    scaleDownDelay: 0,
    retention: 0,
    timeout: 60,
    cpu: '50m',
    memory: '256Mi',
    why: 'one ledger, so one instance; a small event a second at most from each busy instance. Not kept: everything is at zero only when this one is. Instances that are idle or end write by themselves, so that this one is not started for them',
  },
}
