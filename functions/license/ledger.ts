import type { State } from '#adapters/state/port.ts'
import { add, doubtOf, HOUR, type Hours, type Reading } from '#engines/license/hours.ts'
import type { LicenseUsage } from '#events/license-usage.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'
import type { LaneWork } from '../lane/work.ts'
import { Books } from './books.ts'
import { loadPage, pageOf, savePage } from './pages.ts'

const DAY = 24 * HOUR
/** Readings that come later than this are refused: their meter may be forgotten by then. */
const LATEST = 7 * DAY
/** A meter that says nothing for so long is forgotten. */
const FORGOTTEN = LATEST + DAY
/** Hours are kept for so long: a term, and the time to talk about it. */
const KEPT = 800 * DAY
const MOST_DOUBTED = 100
/** Names of checkpoints begin with it, before the number of their page. */
const HOURS = 'hours/'

/** Where the ledger of an installation lies in the state. */
export const LEDGER = 'license/ledger'

/** A reading that was not counted. */
export interface Doubted extends LicenseUsage {
  reason: string
  receivedAt: number
}

/** The ledger in the shared state. */
export const openLedger = (state: State): Books<Ledger> => new Books(state, (checkpoints) => new Ledger(checkpoints))

/** The hours of CPU that all meters counted: each once, whatever comes twice, late or out of order. */
export class Ledger implements LaneWork {
  readonly hours: Hours = new Map()
  doubted: Doubted[] = []
  readonly #meters = new Map<string, Reading>()
  readonly #changed = new Set<string>()

  constructor(checkpoints: ReadonlyMap<string, Uint8Array>) {
    for (const [name, bytes] of checkpoints) {
      if (name.startsWith('meter/')) this.#meters.set(name.slice('meter/'.length), decodeJson<Reading>(bytes))
      else if (name === 'doubted') this.doubted = decodeJson<Doubted[]>(bytes)
      else loadPage(this.hours, bytes)
    }
  }

  /** Counts what the meter gained. Answers why it is not believed, when it is not. */
  take(usage: LicenseUsage, now: number): string | undefined {
    const { meter, part, from, at, cpu } = usage
    const previous = this.#meters.get(meter) ?? { cpu: 0, at: Math.max(Math.min(from, at), at - LATEST) }
    const reason = at < now - LATEST ? 'too late' : doubtOf(previous, { cpu, at }, now)
    if (reason !== undefined) {
      this.doubted = [...this.doubted, { ...usage, reason, receivedAt: now }].slice(-MOST_DOUBTED)
      this.#changed.add('doubted')
      return reason
    }
    if (cpu <= previous.cpu) return undefined
    add(this.hours, part, previous, { cpu, at })
    for (let hour = Math.floor(Math.min(previous.at, at) / HOUR); hour <= at / HOUR; hour++) this.#changed.add(HOURS + pageOf(hour))
    this.#meters.set(meter, { cpu, at: Math.max(at, previous.at) })
    this.#changed.add(`meter/${meter}`)
    this.#forget(now)
    return undefined
  }

  #forget(now: number): void {
    for (const [meter, { at }] of this.#meters) {
      if (at > now - FORGOTTEN) continue
      this.#meters.delete(meter)
      this.#changed.add(`meter/${meter}`)
    }
    for (const hour of this.hours.keys()) {
      if ((hour + 1) * HOUR > now - KEPT) continue
      this.hours.delete(hour)
      this.#changed.add(HOURS + pageOf(hour))
    }
  }

  async settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    const checkpoints = new Map([...this.#changed].map((name) => [name, this.#save(name)] as const))
    this.#changed.clear()
    return checkpoints
  }

  #save(name: string): Uint8Array | null {
    if (name === 'doubted') return encodeJson(this.doubted)
    if (name.startsWith('meter/')) {
      const reading = this.#meters.get(name.slice('meter/'.length))
      return reading === undefined ? null : encodeJson(reading)
    }
    return savePage(this.hours, Number(name.slice(HOURS.length)))
  }
}
