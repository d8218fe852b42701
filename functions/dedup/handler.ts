import type { Scope, Store } from '#adapters/store/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exchangeParsed } from '#events/exchange-parsed.ts'
import type { Handler } from '../declare.ts'
import { Merger, type MergerPorts } from './merger.ts'
import { Observers } from './observers.ts'

/** Stores the calls of an event; done again, it stores the same, also when those that followed it were stored meanwhile. */
export const dedup = (ports: MergerPorts & { team: string }): Handler => {
  const observers = new Observers(ports.state)
  const scope = { team: ports.team, principal: 'function:dedup' }
  return async (event) => {
    const { agent, sequence, exchanges } = exchangeParsed.check(event.data)
    const outdated = await outdatedOf(
      ports.store,
      scope,
      agent,
      exchanges.map(({ document }) => document),
    )
    const merger = new Merger(ports, observers, ports.team)
    await merger.take(
      agent,
      sequence,
      exchanges
        .filter(({ document }) => !outdated.has(document))
        .map(({ peerKey, document }) => ({
          id: document.event.id,
          session: document.spider.session.id,
          peerKey,
          json: JSON.stringify(document),
        })),
    )
    await merger.settle()
  }
}

const isPending = ({ spider }: ExchangeDocument): boolean => spider.status === 'pending'
const isClosed = ({ network, spider }: ExchangeDocument): boolean => network.protocol === 'tls' && spider.tls?.decryption !== 'decrypted'

/** Of the calls that their agent tells again once it knows more, those of which the store has that already. */
async function outdatedOf(
  store: Store,
  scope: Scope,
  agent: string,
  documents: readonly ExchangeDocument[],
): Promise<ReadonlySet<ExchangeDocument>> {
  const preliminary = documents.filter((document) => isPending(document) || isClosed(document))
  if (preliminary.length === 0) return new Set()
  const ids = preliminary.map(({ event }) => event.id)
  const stored = new Map((await store.getMany(scope, 'exchanges', ids)).map((document) => [document.event.id, document]))
  return new Set(
    preliminary.filter((document) => {
      const there = stored.get(document.event.id)
      if (!there?.spider.agents.includes(agent)) return false
      return (isPending(document) && !isPending(there)) || (isClosed(document) && !isClosed(there))
    }),
  )
}
