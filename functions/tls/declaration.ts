import { exchangeParsed } from '#events/exchange-parsed.ts'
import { rereadDue } from '#events/reread-due.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'tls',
  summary: 'Reads stored connections again when the secrets of their TLS sessions came after the packets',
  trigger: 'event',
  consumes: [listed(rereadDue)],
  produces: [listed(exchangeParsed), listed(rereadDue)],
  scaling: {
    concurrency: 2,
    queue: 64,
    utilization: 100,
    metric: 'concurrency',
    maxScale: 4,
    scaleDownDelay: 15,
    retention: 15,
    timeout: 180,
    cpu: '500m',
    memory: '768Mi',
    why: 'bound by CPU, and by the blob store that the packets come from; there are four lanes, and one is worked on while another waits. Nobody waits for it: a key log that is uploaded may keep it busy for minutes',
  },
}
