import { addTo, HOUR, type Hours, MOST_CORES } from '#engines/license/hours.ts'
import type { UsageStatistics } from '#events/documents/statistics.ts'
import { decodeJson, encodeJson } from '../../lane/json.ts'
import type { LaneWork } from '../../lane/work.ts'
import { loadPage, pageOf, savePage } from '../pages.ts'

const MOST_REFUSED = 50
/** A clock may be ahead of ours by so much, ms. */
const AHEAD = HOUR / 12

/** Statistics that were refused, for the owner to see. */
export interface Refused {
  at: number
  reason: string
  report: UsageStatistics
}

/** What the installations of one license have used: each hour once, whatever is sent twice, late or out of order. */
export class Account implements LaneWork {
  refused: Refused[] = []
  /** By installation. */
  readonly #hours = new Map<string, Hours>()
  readonly #changed = new Set<string>()

  constructor(checkpoints: ReadonlyMap<string, Uint8Array>) {
    for (const [name, bytes] of checkpoints) {
      if (name === 'refused') this.refused = decodeJson<Refused[]>(bytes)
      else loadPage(this.#of(installationOf(name)), bytes)
    }
  }

  get installations(): string[] {
    return [...this.#hours.keys()]
  }

  /** Of all installations together. */
  hours(): Hours {
    const sum: Hours = new Map()
    for (const hours of this.#hours.values()) {
      for (const [hour, parts] of hours) for (const [part, cpu] of parts) addTo(sum, hour, part, cpu)
    }
    return sum
  }

  /** Takes statistics. Answers why they make no sense, when they do not: then nothing of them counts. */
  take(report: UsageStatistics, now: number): string | undefined {
    const reason = doubtOf(report, now)
    if (reason !== undefined) {
      this.refused = [...this.refused, { at: now, reason, report }].slice(-MOST_REFUSED)
      this.#changed.add('refused')
      return reason
    }
    const hours = this.#of(report.installation)
    for (const { hour, cpu } of report.hours) this.#keep(hours, report.installation, Date.parse(hour) / HOUR, cpu)
    return undefined
  }

  /** Counters only grow: of two reports of an hour, the one that says more is the later one. */
  #keep(hours: Hours, installation: string, hour: number, cpu: Record<string, number>): void {
    const before = hours.get(hour)
    if (before !== undefined && sumOf(before.values()) >= sumOf(Object.values(cpu))) return
    hours.set(hour, new Map(Object.entries(cpu)))
    this.#changed.add(`${installation}/${pageOf(hour)}`)
  }

  #of(installation: string): Hours {
    const hours = this.#hours.get(installation) ?? new Map()
    this.#hours.set(installation, hours)
    return hours
  }

  async settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    const checkpoints = new Map<string, Uint8Array | null>()
    if (this.#changed.delete('refused')) checkpoints.set('refused', encodeJson(this.refused))
    for (const name of this.#changed)
      checkpoints.set(name, savePage(this.#of(installationOf(name)), Number(name.slice(name.lastIndexOf('/') + 1))))
    this.#changed.clear()
    return checkpoints
  }
}

const installationOf = (name: string): string => name.slice(0, name.lastIndexOf('/'))
const sumOf = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0)

function doubtOf({ hours }: UsageStatistics, now: number): string | undefined {
  for (const { hour, cpu } of hours) {
    const at = Date.parse(hour)
    if (!Number.isInteger(at / HOUR)) return `${hour} is not the beginning of an hour.`
    if (at > now + AHEAD) return `The hour ${hour} lies in the future: check the clock.`
    if (Object.values(cpu).some((ms) => ms < 0)) return `The hour ${hour} has a negative use.`
    if (sumOf(Object.values(cpu)) > MOST_CORES * HOUR)
      return `The hour ${hour} has more than ${MOST_CORES} cores: that is a jump, not a use.`
  }
  return undefined
}
