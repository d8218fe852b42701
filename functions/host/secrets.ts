import type { Bus } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { SecretsDesk } from '../secrets/desk.ts'
import { Seal } from '../secrets/seal.ts'
import type { SecretsOptions } from './secrets-key.ts'
import { wake } from './sweep.ts'

export interface SecretsDeskPorts {
  state: State
  bus: Bus
  options: SecretsOptions
  holder: string
  log: (line: string) => void
  now: () => number
  /** Who says that connections are to be read again. */
  source: string
}

export const openSecretsDesk = ({ state, bus, options, holder, log, now, source }: SecretsDeskPorts): SecretsDesk =>
  new SecretsDesk({ state, seal: new Seal(options.key), holder, keepMs: options.keepMs, log }, (lane) => wake(lane, bus, now, source))
