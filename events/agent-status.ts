import { defineEvent, json } from './define.ts'
import { StatusDocument } from './documents/status.ts'

/** Every 20 s, more seldom while nothing changes, and when an agent starts, stops or fails. */
export const agentStatus = defineEvent({
  type: 'agent.status.v1',
  summary: 'An agent says how its capture goes',
  schema: StatusDocument,
  codec: json<StatusDocument>(),
  example: {
    '@timestamp': '2026-01-05T10:00:00.000Z',
    event: { id: 'web-1.k3f9/status/3' },
    agent: { id: 'web-1.k3f9', name: 'web-1', type: 'whisperer', version: '0.1.0' },
    host: { hostname: 'web-1' },
    spider: {
      team: 'local',
      state: 'capturing',
      source: { kind: 'interface', names: ['eth0'], filter: 'tcp port 80', snap_length: 262144, buffer: 67108864 },
      captured: { packets: 1200, bytes: 840000 },
      filtered: { packets: 3 },
      dropped: { kernel: 0, interface: 0 },
      overflow: { packets: 0, bytes: 0, conversations: 0 },
      sent: { events: 14, bytes: 210000, retries: 0 },
      spool: { bytes: 0, limit: 536870912 },
      cpu: 0.84,
      memory: 73400320,
      next: 20,
    },
  },
})
