import type { Bus } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { licenseChanged } from '#events/license-changed.ts'
import { Desk, type Licensed } from '../license/desk.ts'
import { openLedger } from '../license/ledger.ts'

const VERSION = '0.1.0'
const EVERY_MS = 60_000

export interface LicensingPorts {
  state: State
  bus: Bus
  licensed: Licensed | undefined
  now: () => number
}

/** The desk of an installation: what the license allows is told by event. */
export const openDesk = ({ state, bus, licensed, now }: LicensingPorts): Desk =>
  new Desk({
    state,
    books: openLedger(state),
    licensed,
    version: VERSION,
    now,
    changed: (change) =>
      bus.publish(
        licenseChanged.make('/functions/license', change, { id: `license/${change.at}`, time: new Date(change.at).toISOString() }),
      ),
  })

/** Lets the desk look every minute, from now on. Answers how to end it. */
export function keepLicensed(desk: Desk, log: (line: string) => void): () => Promise<void> {
  let looking: Promise<void> = Promise.resolve()
  let said = 'running'
  const look = (): void => {
    looking = desk
      .tick()
      .then(({ state, message }) => {
        if (state !== said) log(`license: ${message}`)
        said = state
      })
      .catch((error: Error) => log(`license: ${error.message}`))
  }
  const timer = setInterval(look, EVERY_MS).unref()
  look()
  return async () => {
    clearInterval(timer)
    await looking
  }
}
