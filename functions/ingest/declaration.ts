import { laneAdvanced } from '#events/lane-advanced.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { type Declaration, listed } from '../declare.ts'

export const declaration: Declaration = {
  name: 'ingest',
  summary: 'Makes captured packets durable before the agent is answered, and says that their lane has work',
  trigger: 'event',
  consumes: [listed(packetsCaptured)],
  produces: [listed(laneAdvanced)],
  scaling: {
    concurrency: 16,
    queue: 64,
    why: 'waits for the blob store most of the time; a queue of 64 sections of 1 MB bounds its memory',
  },
}
