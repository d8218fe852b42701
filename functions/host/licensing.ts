import type { Bus } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import { licenseChanged } from '#events/license-changed.ts'
import { VERSION } from '#events/version.ts'
import { Desk, type Licensed } from '../license/desk.ts'
import { openLedger } from '../license/ledger.ts'

/** How often the desk looks, ms: while all is stopped for want of an answer, soon again. */
const EVERY_MS = { running: 60_000, warned: 60_000, stopped: 10_000 }

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

/** What the health endpoint says of the license: `ok`, or what is to be done. */
export async function licenseHealth(desk: Desk): Promise<string> {
  const { state, message } = await desk.standing()
  return state === 'running' ? 'ok' : message
}

/** Lets the desk look every minute, from now on; what changes is logged, also that the license does not hold. Answers how to end it. */
export function keepLicensed(desk: Desk, log: (line: string) => void): () => Promise<void> {
  let said: keyof typeof EVERY_MS = 'running'
  let refused: string | undefined
  let timer: NodeJS.Timeout | undefined
  let ended = false
  const look = async (): Promise<void> => {
    try {
      const { state, message } = await desk.tick()
      if (state !== said) log(`license: ${message}`)
      said = state
      const reason = await desk.refused()
      if (reason !== undefined && reason !== refused) log(`license: ${reason}`)
      refused = reason
    } catch (error) {
      log(`license: ${(error as Error).message}`)
    }
    if (!ended) timer = setTimeout(again, EVERY_MS[said]).unref()
  }
  const again = (): void => {
    looking = look()
  }
  let looking = look()
  return async () => {
    ended = true
    clearTimeout(timer)
    await looking
  }
}
