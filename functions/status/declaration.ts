import { agentStatus } from '#events/agent-status.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'status',
  summary: 'Keeps what agents say of themselves: the quality line is drawn from it',
  trigger: 'event',
  consumes: [listed(agentStatus)],
  produces: [],
  scaling: { concurrency: 4, queue: 256, why: 'one small event an agent every 20 s' },
}
