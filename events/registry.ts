import { agentStatus } from './agent-status.ts'
import type { EventType } from './define.ts'
import { exchangeMerged } from './exchange-merged.ts'
import { exchangeParsed } from './exchange-parsed.ts'
import { hostsResolved } from './hosts-resolved.ts'
import { laneAdvanced } from './lane-advanced.ts'
import { licenseChanged } from './license-changed.ts'
import { licenseUsage } from './license-usage.ts'
import { networkUsage } from './network-usage.ts'
import { packetsCaptured } from './packets-captured.ts'
import { rereadDue } from './reread-due.ts'
import { streamAdvanced } from './stream-advanced.ts'
import { streamsLogged } from './streams-logged.ts'
import { tlsSecrets } from './tls-secrets.ts'

const types = [
  packetsCaptured,
  agentStatus,
  hostsResolved,
  laneAdvanced,
  streamAdvanced,
  streamsLogged,
  exchangeParsed,
  exchangeMerged,
  tlsSecrets,
  rereadDue,
  licenseUsage,
  licenseChanged,
  networkUsage,
] as unknown as EventType<unknown>[]

/** Every event type there is, by its name. */
export const registry: ReadonlyMap<string, EventType<unknown>> = new Map(types.map((type) => [type.type, type]))
