import { hostname } from 'node:os'
import type { StatusDocument } from '#events/documents/status.ts'
import type { GocipherSetup } from './setup.ts'
import type { Line } from './users.ts'

/** What a status tells, from where it is known. */
export interface Facts {
  setup: GocipherSetup
  number: number
  state: StatusDocument['spider']['state']
  sessions: number
  lost: number
  unread: number
  processes: Line[]
  network: StatusDocument['spider']['network']
  sent: { events: number; bytes: number; retries: number }
  message: string | undefined
}

const MOST_PROCESSES = 1000

/** What the agent says of itself now. It captures no packets: what counts them is zero. */
export function statusOf({ setup, number, state, sessions, lost, unread, processes, network, sent, message }: Facts): StatusDocument {
  const { identity, options, team } = setup
  const { user, system } = process.cpuUsage()
  return {
    '@timestamp': new Date().toISOString(),
    event: { id: `${identity.id}/status/${number}` },
    agent: { id: identity.id, name: identity.name, type: 'gocipher', version: identity.version },
    host: { hostname: hostname() },
    spider: {
      team: team ?? 'local',
      state,
      source: {
        kind: 'processes',
        names: [...options.process, ...options.pid.map(String), ...options.cgroup],
        filter: '',
        snap_length: 0,
        buffer: 0,
      },
      captured: { packets: 0, bytes: 0 },
      filtered: { packets: 0 },
      dropped: { kernel: 0, interface: 0 },
      overflow: { packets: 0, bytes: 0, conversations: 0 },
      sent,
      spool: { bytes: 0, limit: 0 },
      cpu: (user + system) / 1e6,
      memory: process.memoryUsage.rss(),
      ...(message === undefined ? {} : { message }),
      tls: { sessions, lost, unread, processes: processes.slice(0, MOST_PROCESSES) },
      ...(network === undefined ? {} : { network }),
    },
  }
}
