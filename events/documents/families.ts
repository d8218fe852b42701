import type { ExchangeDocument } from './exchange.ts'
import type { HostDocument } from './host.ts'
import type { PacketsDocument } from './packets.ts'
import type { SessionDocument } from './session.ts'
import type { StatusDocument } from './status.ts'
import type { UsageDocument } from './usage.ts'

/** The families of documents that the store keeps, and the form of each. */
export interface Families {
  exchanges: ExchangeDocument
  sessions: SessionDocument
  packets: PacketsDocument
  status: StatusDocument
  hosts: HostDocument
  usage: UsageDocument
}
export type Family = keyof Families
