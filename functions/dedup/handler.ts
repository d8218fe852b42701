import { exchangeParsed } from '#events/exchange-parsed.ts'
import type { Handler } from '../declare.ts'
import { Merger, type MergerPorts } from './merger.ts'
import { Observers } from './observers.ts'

/** Stores the calls of an event; done again, it stores the same. */
export const dedup = (ports: MergerPorts & { team: string }): Handler => {
  const observers = new Observers(ports.state)
  return async (event) => {
    const { agent, sequence, exchanges } = exchangeParsed.check(event.data)
    const merger = new Merger(ports, observers, ports.team)
    await merger.take(
      agent,
      sequence,
      exchanges.map(({ peerKey, document }) => ({
        id: document.event.id,
        session: document.spider.session.id,
        peerKey,
        json: JSON.stringify(document),
      })),
    )
    await merger.settle()
  }
}
