import { exchangeParsed } from '#events/exchange-parsed.ts'
import { rereadDue } from '#events/reread-due.ts'
import { streamAdvanced } from '#events/stream-advanced.ts'
import { streamsLogged } from '#events/streams-logged.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'parsing',
  summary: 'Reads the calls of every protocol from the streams of a lane',
  trigger: 'event',
  consumes: [listed(streamAdvanced), listed(streamsLogged)],
  produces: [listed(exchangeParsed), listed(streamsLogged), listed(rereadDue)],
  within: 'sessions',
  ordered: true,
  scaling: {
    concurrency: 8,
    queue: 64,
    utilization: 70,
    metric: 'concurrency',
    maxScale: 50,
    scaleDownDelay: 30,
    retention: 30,
    timeout: 180,
    cpu: '1000m',
    memory: '768Mi',
    why: "bound by CPU; a lane is done by one instance at a time, eight lanes wait on it at most; their bodies of up to 1 MB bound its memory. What comes before its turn waits in the lane's log: in order it costs less, and a loss shows at once",
  },
}
