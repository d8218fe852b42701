import { rereadDue } from '#events/reread-due.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'query',
  summary: 'The read side: REST under /api/v1, server-sent events for what is live',
  trigger: 'http',
  consumes: [],
  produces: [listed(rereadDue)],
  scaling: {
    concurrency: 100,
    queue: 1024,
    utilization: 70,
    metric: 'concurrency',
    maxScale: 10,
    scaleDownDelay: 60,
    retention: 300,
    timeout: 600,
    cpu: '250m',
    memory: '512Mi',
    why: 'waits for the store; live feeds are open for long and count as calls under way. Somebody who looks at the page pauses for minutes: the last instance is kept for five',
  },
}
