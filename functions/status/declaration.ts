import { agentStatus } from '#events/agent-status.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'status',
  summary: 'Keeps what agents say of themselves: the quality line is drawn from it',
  trigger: 'event',
  consumes: [listed(agentStatus)],
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
    why: 'one small event an agent every 20 s while it captures: kept for 30 s, so that it does not start anew for each. An agent that idles speaks every ten minutes, and nothing waits for it',
  },
}
