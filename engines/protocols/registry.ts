import { mysql, ssh } from '../detect/known.ts'
import { dns, dnsOverTcp } from '../dns/protocol.ts'
import { http } from '../http/protocol.ts'
import { h2 } from '../http2/protocol.ts'
import { postgresql } from '../postgresql/protocol.ts'
import { redis } from '../redis/protocol.ts'
import { tls } from '../tls/protocol.ts'
import { websocket } from '../websocket/protocol.ts'
import type { Protocol } from './protocol.ts'

/** One line a protocol. Who says `yes` first to the same bytes has them, so the more particular goes first. */
export const PROTOCOLS: readonly Protocol[] = [
  h2, //
  tls,
  ssh,
  postgresql,
  mysql,
  redis,
  dns,
  dnsOverTcp,
  http,
  websocket,
]
