import type { Store } from '#adapters/store/port.ts'
import type { UsageDocument } from '#events/documents/usage.ts'
import { type NetworkUsage, networkUsage } from '#events/network-usage.ts'
import type { Handler } from '../declare.ts'

export interface UsagePorts {
  store: Store
  team: string
  /** Name of an address. */
  names: (ip: string) => string | undefined
  refresh: () => Promise<void>
}

/** Keeps a document for each process and pair of hosts. Their ids follow from agent, time and place in the event: one that comes twice replaces itself. */
export const usage =
  (ports: UsagePorts): Handler =>
  async (event) => {
    const data = networkUsage.check(event.data)
    await ports.refresh()
    const documents = [
      ...data.usages.map((each, index) => documentOf(ports, data, each, String(index))),
      ...data.others.map((each) => othersOf(ports, data, each)),
    ]
    await ports.store.save({ team: ports.team, principal: 'function:usage' }, 'usage', documents)
    await ports.store.flush()
  }

type Usage = NetworkUsage['usages'][number]
type Others = NetworkUsage['others'][number]

function documentOf(ports: UsagePorts, data: NetworkUsage, each: Usage, id: string): UsageDocument {
  const { process, container, direction, local, remote, port, sent, received } = each
  const isClient = direction === 'outgoing'
  const [client, server] = isClient ? [local, remote] : [remote, local]
  return {
    ...common(ports, data, each, id),
    process,
    ...(container === undefined ? {} : { container }),
    client: { ...named(ports, client), ...sideOf(isClient ? sent : received) },
    server: { ...named(ports, server), port, ...sideOf(isClient ? received : sent) },
    network: { transport: each.transport, direction: isClient ? 'outbound' : 'inbound' },
  }
}

const othersOf = (ports: UsagePorts, data: NetworkUsage, each: Others): UsageDocument => ({
  ...common(ports, data, each, each.transport),
  client: sideOf(each.sent),
  server: sideOf(each.received),
  network: { transport: each.transport },
})

function common({ team }: UsagePorts, { agent, hostname, from, to }: NetworkUsage, sums: Others, id: string) {
  const [start, end] = [new Date(from).toISOString(), new Date(to).toISOString()]
  const { connections, failed, retransmissions } = sums
  return {
    '@timestamp': start,
    event: { id: `${agent}/usage/${from}/${id}`, start, end },
    agent: { id: agent },
    host: { hostname },
    spider: { team, connections, failed, retransmissions },
  }
}

const sideOf = ({ bytes, messages }: Others['sent']): { bytes: number; packets: number } => ({ bytes, packets: messages })

function named({ names }: UsagePorts, ip: string): { ip: string; domain?: string } {
  const domain = names(ip)
  return { ip, ...(domain === undefined ? {} : { domain }) }
}
