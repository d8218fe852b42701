import type { State } from '#adapters/state/port.ts'
import type { Store } from '#adapters/store/port.ts'
import type { HostDocument } from '#events/documents/host.ts'
import { type HostsResolved, hostsResolved } from '#events/hosts-resolved.ts'
import type { Handler } from '../declare.ts'

const KEEP_MS = 24 * 3_600_000

/** Keeps each name as a document (with the time it held) and in the shared state, where the protocol functions look it up. */
export const hosts =
  (ports: { store: Store; state: State; team: string }): Handler =>
  async (event) => {
    const { agent, hosts } = hostsResolved.check(event.data) as HostsResolved
    const documents = hosts.map(
      ({ ip, name, origin, at }): HostDocument => ({
        '@timestamp': new Date(at).toISOString(),
        event: { id: `${ip}/${name}` },
        host: { ip, name },
        spider: { team: ports.team, agents: [agent], origin },
      }),
    )
    await ports.store.save({ team: ports.team, principal: 'function:hosts' }, 'hosts', documents)
    await ports.store.flush()
    for (const { ip, name } of hosts) await ports.state.set(`host/${ip}`, new TextEncoder().encode(name), KEEP_MS)
  }
