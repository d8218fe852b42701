import type { StatusDocument } from '#events/documents/status.ts'
import { plural } from './format.ts'

/** What an agent does not count, and why, in words that follow its name. */
export function uncounted({ network }: Pick<StatusDocument['spider'], 'network'>): string[] {
  if (network === undefined) return []
  const { reason, without_udp, lost } = network
  return [
    ...(reason === undefined ? [] : [`does not count: ${reason}`]),
    ...(without_udp === undefined ? [] : [`counts without UDP: ${without_udp}`]),
    ...(lost === 0 ? [] : [`could not send ${plural(lost, 'sum')} of ten seconds`]),
  ]
}

/** What a process sent and received, to and from a pair of hosts, as `/usage` answers it. */
export interface Usage extends UsageSums {
  hostname: string | null
  process: string | null
  client_address: string | null
  server_address: string | null
  port: number | null
  transport: string
  direction: 'outbound' | 'inbound' | null
}

export interface UsageSums {
  client: { bytes: number; messages: number }
  server: { bytes: number; messages: number }
  connections: number
  failed: number
  retransmissions: number
}

export interface Usages {
  items: Usage[]
  total: UsageSums
  others: number
}

/**
 * What went between the addresses of two nodes, whatever was spoken; undefined where nobody counted.
 * A connection that was counted at both ends counts once: as its client counted it, else as its server did.
 */
export function between(items: readonly Usage[], clients: readonly string[], servers: readonly string[]): UsageSums | undefined {
  const [from, to] = [new Set<string | null>(clients), new Set<string | null>(servers)]
  const conversations = Map.groupBy(
    items.filter(({ client_address, server_address }) => from.has(client_address) && to.has(server_address)),
    ({ client_address, server_address, port, transport }) => `${client_address} ${server_address} ${port} ${transport}`,
  )
  const counted = [...conversations.values()].flatMap((rows) => {
    const byClient = rows.filter(({ direction }) => direction === 'outbound')
    return byClient.length > 0 ? byClient : rows
  })
  return counted.length === 0 ? undefined : sum(counted)
}

function sum(rows: readonly UsageSums[]): UsageSums {
  const all = (of: (row: UsageSums) => number): number => rows.reduce((sum, row) => sum + of(row), 0)
  return {
    client: { bytes: all(({ client }) => client.bytes), messages: all(({ client }) => client.messages) },
    server: { bytes: all(({ server }) => server.bytes), messages: all(({ server }) => server.messages) },
    connections: all(({ connections }) => connections),
    failed: all(({ failed }) => failed),
    retransmissions: all(({ retransmissions }) => retransmissions),
  }
}
