import type { Bus } from '#adapters/bus/port.ts'
import type { OpenFile, OwnEndpoint } from '#adapters/capture/port.ts'
import type { Identity } from '../agent/identity.ts'
import type { FileReport } from './files.ts'
import type { Options } from './options.ts'
import type { Api } from './own/kubernetes.ts'
import type { OwnOptions } from './own/places.ts'

/** Where packets come from. */
export type Source =
  /** Live, at `options.interface`. `module` is the URL of a module with an `openLive: OpenLive`; `exclude`: Spider's own endpoints; `own`: in a cluster, where it runs else, which the API tells. */
  | { kind: 'interface'; module: string; exclude: readonly OwnEndpoint[]; own?: { options: OwnOptions; api: Api } }
  /** One after the other, as one capture. */
  | { kind: 'file'; open: OpenFile; paths: readonly string[]; progress?(report: FileReport): void }

export interface WhispererSetup {
  bus: Bus
  source: Source
  options: Omit<Options, 'server' | 'token' | 'timeout' | 'name'>
  identity: Identity
  team?: string
}
