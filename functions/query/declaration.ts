import { exchangeMerged } from '#events/exchange-merged.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'query',
  summary: 'The read side: REST under /api/v1, server-sent events for what is live',
  trigger: 'http',
  consumes: [listed(exchangeMerged)],
  produces: [],
  scaling: { concurrency: 100, queue: 1024, why: 'waits for the store; live feeds are open for long' },
}
