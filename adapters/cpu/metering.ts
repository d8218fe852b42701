import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Meter } from '#engines/license/meter.ts'
import type { Event } from '#events/define.ts'
import { licenseUsage } from '#events/license-usage.ts'

/** The counter of the container's control group, from its first process on (cgroup v2). */
const CGROUP = '/sys/fs/cgroup/cpu.stat'
const EVERY_MS = 1_000
/** Share of a core from which on a process is at work. */
const AT_WORK = 0.1

/** CPU used so far, ms: of the container in Kubernetes, of this process elsewhere. */
export function cpuUsed(): number {
  const ofContainer = process.env.KUBERNETES_SERVICE_HOST ? ofCgroup() : undefined
  if (ofContainer !== undefined) return ofContainer
  const { user, system } = process.cpuUsage()
  return Math.round((user + system) / 1000)
}

function ofCgroup(): number | undefined {
  try {
    const [, micros] = /^usage_usec (\d+)/m.exec(readFileSync(CGROUP, 'utf8')) ?? []
    return micros === undefined ? undefined : Math.round(Number(micros) / 1000)
  } catch {
    return undefined // an older kernel: the process's own count stands for it
  }
}

interface Taker {
  publish(event: Event): Promise<void>
}

/** What is metered, and where its readings go. */
export interface Metered {
  /** Which function or kind of agent. */
  part: string
  /** Of the events: `/functions/<name>` or `/agents/<id>`. */
  source: string
  bus: Taker
  /** Where they go while the process is idle, and at its end: by `bus` unless told. Who takes readings from there should not be started for them. */
  quiet?: Taker
  failed: (error: Error) => void
}

/** Tells the function `license` what this process uses, from now on. */
export class Metering {
  readonly #metered: Metered
  readonly #meter = new Meter()
  readonly #id: string
  readonly #from = Math.round(Date.now() - process.uptime() * 1000)
  readonly #timer: NodeJS.Timeout
  /** The last look at the counter. */
  #looked = { cpu: 0, at: this.#from }

  constructor(metered: Metered) {
    this.#metered = metered
    this.#id = `${metered.part}/${randomUUID()}`
    this.#timer = setInterval(() => void this.#tell(false), EVERY_MS).unref()
  }

  /** Tells what was used up to now, and nothing more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#tell(true)
  }

  async #tell(last: boolean): Promise<void> {
    const { part, source, bus, quiet = bus, failed } = this.#metered
    const [cpu, at] = [cpuUsed(), Date.now()]
    const isAtWork = cpu - this.#looked.cpu > AT_WORK * (at - this.#looked.at)
    this.#looked = { cpu, at }
    if (!this.#meter.due(cpu, last)) return
    const data = { meter: this.#id, part, from: this.#from, at, cpu }
    const attributes = { id: `${this.#id}/${cpu}`, time: new Date(at).toISOString() }
    // The next reading holds what this one says: one that is lost changes nothing.
    await (isAtWork && !last ? bus : quiet).publish(licenseUsage.make(source, data, attributes)).catch(failed)
  }
}
