import { useMemo } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import type { Call } from '../../logic/sequence/call.ts'
import { firstOf, inFront, openings, type Segment } from '../../logic/sequence/segments.ts'
import { read } from '../../state/api.ts'
import { useRead } from '../../state/use-read.ts'

/** Connections asked for at most: a filter names them. */
const MOST = 60
/** Before the first call by so long, ms, a connection may have begun. */
const BEFORE = 600_000

/** For the first call of each connection, how the connection was opened. */
export function useOpenings(calls: readonly Call[]): ReadonlyMap<string, Segment[]> {
  const first = useMemo(() => firstOf(calls), [calls])
  const ids = [...first.keys()].slice(0, MOST)
  const known = useRead(
    async (stop) => {
      if (ids.length === 0) return new Map<string, Segment[]>()
      const starts = calls.map(({ start }) => start / 1000)
      const of = ids.map((id) => `spider.session.id:"${id}"`).join(' or ')
      const asked = { from: Math.min(...starts) - BEFORE, to: Math.max(...starts) + 1, size: 1000 }
      const [sessions, handshakes] = await Promise.all([
        read<{ items: SessionDocument[] }>('/sessions', { ...asked, q: of }, stop),
        read<{ items: ExchangeDocument[] }>('/exchanges', { ...asked, q: `(${of}) protocol:tls` }, stop),
      ])
      return openings(sessions.items, handshakes.items)
    },
    [ids.join(' ')],
  )
  return useMemo(() => inFront(calls, first, known.state === 'read' ? known.value : new Map()), [known, first])
}
