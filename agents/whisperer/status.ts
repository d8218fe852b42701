import { hostname } from 'node:os'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Gathered } from './gather.ts'
import type { WhispererSetup } from './setup.ts'

/** What a status tells, from where it is known. */
export interface Facts {
  setup: WhispererSetup
  number: number
  state: StatusDocument['spider']['state']
  gathered: Gathered
  dropped: { kernel: number; interface: number }
  /** In sections that could not be kept, or were refused. */
  refused: { packets: number; bytes: number }
  sent: { events: number; bytes: number; retries: number }
  spool: { bytes: number; limit: number }
  message: string | undefined
}

/** What an agent says of itself now. */
export const statusOf = ({ setup, number, state, gathered, dropped, refused, sent, spool, message }: Facts): StatusDocument => {
  const { source, options, identity, team } = setup
  const { overflow } = gathered
  const { user, system } = process.cpuUsage()
  return {
    '@timestamp': new Date().toISOString(),
    event: { id: `${identity.id}/status/${number}` },
    agent: { id: identity.id, name: identity.name, type: 'whisperer', version: identity.version },
    host: { hostname: hostname() },
    spider: {
      team: team ?? 'local',
      state,
      source: {
        kind: source.kind,
        names: source.kind === 'interface' ? [...options.interface] : [...source.paths],
        filter: options.filter,
        snap_length: options.snapLength,
        buffer: options.buffer,
      },
      captured: { packets: gathered.packets, bytes: gathered.bytes },
      filtered: { packets: gathered.filtered, own: gathered.own },
      dropped,
      overflow: {
        packets: overflow.packets + refused.packets,
        bytes: overflow.bytes + refused.bytes,
        conversations: overflow.conversations,
      },
      sent,
      spool,
      cpu: (user + system) / 1e6,
      memory: process.memoryUsage.rss(),
      ...(message === undefined ? {} : { message }),
    },
  }
}
