import type { Store } from '#adapters/store/port.ts'
import { agentStatus } from '#events/agent-status.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { Handler } from '../declare.ts'

/** Keeps the status document under the team it was accepted for. */
export const status =
  (ports: { store: Store; team: string; announce: (document: StatusDocument) => void }): Handler =>
  async (event) => {
    const document = agentStatus.check(event.data)
    const kept = { ...document, spider: { ...document.spider, team: ports.team } }
    await ports.store.save({ team: ports.team, principal: 'function:status' }, 'status', [kept])
    await ports.store.flush()
    ports.announce(kept)
  }
