import type { Bus } from '#adapters/bus/port.ts'
import type { Identity } from '../agent/identity.ts'
import type { Options } from './options.ts'

export interface GocipherSetup {
  bus: Bus
  identity: Identity
  options: Omit<Options, 'server' | 'token' | 'timeout' | 'name'>
  team?: string
}
