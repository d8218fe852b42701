import { exchangeParsed } from '#events/exchange-parsed.ts'
import { streamAdvanced } from '#events/stream-advanced.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'parsing',
  summary: 'Reads the calls of every protocol from the streams of a lane',
  trigger: 'event',
  consumes: [listed(streamAdvanced)],
  produces: [listed(exchangeParsed)],
  scaling: { concurrency: 8, queue: 64, why: 'bound by CPU; a lane is done by one instance at a time, eight lanes wait on it at most' },
}
