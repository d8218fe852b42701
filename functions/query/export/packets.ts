import type { Scope } from '#adapters/store/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { EndNames } from '../host-names.ts'
import type { QueryPorts, SecretsPort } from '../ports.ts'
import { exportPackets } from '../session-packets.ts'
import { sessionKeyLog } from '../session-secrets.ts'
import type { Pages } from './calls.ts'

/** Connections of one export, and bytes of packets of one connection. */
const MOST_SESSIONS = 5_000
const MOST_BYTES = 64 << 20

/**
 * The connections that carried the calls, a pcapng section each: with the names of their ends, and with `secrets` what opens their TLS,
 * as far as it is known.
 */
export async function* packets(
  ports: Pick<QueryPorts, 'store' | 'blobs'>,
  scope: Scope,
  { pages }: Pages,
  secrets: SecretsPort | undefined,
): AsyncGenerator<Uint8Array> {
  const seen = new Set<string>()
  const names = new EndNames(ports.store, scope)
  for await (const calls of pages) {
    await names.learn(calls)
    for (const call of calls) {
      const { id } = call.spider.session
      if (seen.has(id)) continue
      if (seen.size === MOST_SESSIONS) return
      seen.add(id)
      const session = await ports.store.get(scope, 'sessions', id)
      if (!session) continue
      const keyLog = secrets ? await sessionKeyLog(ports.store, scope, secrets, id) : ''
      yield await exportPackets(
        ports,
        scope,
        session,
        { first: 1, count: Number.POSITIVE_INFINITY, bytes: MOST_BYTES },
        { keyLog, names: namesOf(call, names) },
      )
    }
  }
}

const namesOf = ({ client, server }: ExchangeDocument, names: EndNames) =>
  [client, server].flatMap((end) => {
    const name = names.of(end)
    return name === undefined ? [] : [{ ip: end.ip, name }]
  })
