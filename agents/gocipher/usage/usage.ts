import { hostname } from 'node:os'
import type { Event } from '#events/define.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { networkUsage } from '#events/network-usage.ts'
import { Outbox } from '../../agent/outbox.ts'
import { BpfError, Refused } from '../bpf/libbpf.ts'
import { isWanted } from '../filter.ts'
import { processOf } from '../processes.ts'
import type { GocipherSetup } from '../setup.ts'
import type { Flow } from './flows.ts'
import { type Counted, UsageKernel } from './kernel.ts'
import { reportOf, type Who } from './report.ts'

/** Sums begin at whole multiples of it, ms. */
const PERIOD = 10_000
/** Events that wait for the server: ten minutes of them, and as many that wait for their turn. */
const MOST_EVENTS = 120
const MOST_KNOWN = 10_000

/** Counts what processes send and receive, and sends `network.usage` events. Where it cannot, it says why and does nothing. */
export class Usage {
  readonly #setup: GocipherSetup
  readonly #outbox: Outbox
  #kernel: UsageKernel | undefined
  #refused: string | undefined
  #from = 0
  /** Sums that wait until they are to be sent. */
  #gathered: Event[] = []
  #lost = 0
  #timer: NodeJS.Timeout | undefined
  #summing: Promise<void> = Promise.resolve()
  #known = new Map<string, Who | undefined>()

  constructor(setup: GocipherSetup) {
    this.#setup = setup
    this.#outbox = new Outbox({ bus: setup.bus, most: MOST_EVENTS, lost: () => this.#lost++ })
  }

  /** Begins to count. */
  async start(): Promise<void> {
    await this.#orRefused(async () => {
      this.#kernel = await UsageKernel.open(this.#setup.options.cache)
      this.#from = Date.now()
      this.#wait()
    })
  }

  /** Sends what was counted since the last sum. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#summing
    await this.#sum()
    this.#send()
    await this.#kernel?.close()
    this.#kernel = undefined
  }

  /** Resolves when all was sent, or given up. */
  sentAll(): Promise<void> {
    return this.#outbox.sentAll()
  }

  /** Nothing is tried any more. */
  close(): void {
    this.#outbox.close()
  }

  /** Undefined: it has not begun. */
  status(): StatusDocument['spider']['network'] {
    if (this.#kernel === undefined && this.#refused === undefined) return undefined
    const without = this.#kernel?.withoutUdp
    return {
      state: this.#refused === undefined ? 'counting' : 'refused',
      ...(this.#refused === undefined ? {} : { reason: this.#refused }),
      ...(without === undefined ? {} : { without_udp: without }),
      lost: this.#lost,
    }
  }

  #wait(): void {
    this.#timer = setTimeout(
      async () => {
        this.#summing = this.#sum()
        await this.#summing
        if (this.#kernel !== undefined) this.#wait()
      },
      PERIOD - (Date.now() % PERIOD),
    )
  }

  #sum(): Promise<void> {
    return this.#orRefused(async () => {
      const counted = await this.#kernel?.read()
      if (counted === undefined) return
      const to = Date.now()
      const from = Math.min(this.#from, to)
      this.#from = to
      this.#gather(counted, from, to)
      // At the same time on every host: who takes them is up once for all.
      const { usageInterval } = this.#setup.options
      if (Math.floor(to / usageInterval) > Math.floor(from / usageInterval)) this.#send()
    })
  }

  #gather(counted: Counted, from: number, to: number): void {
    const { usages, others } = reportOf(counted, (process) => this.#who(process))
    if (usages.length + others.length === 0) return
    const { id } = this.#setup.identity
    const data = { agent: id, hostname: hostname(), from, to, usages, others }
    this.#gathered.push(networkUsage.make(`/agents/${id}`, data, { id: `${id}/usage/${from}`, time: new Date(to).toISOString() }))
  }

  #send(): void {
    for (const event of this.#gathered.splice(0)) this.#outbox.send(event)
  }

  async #orRefused(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof Refused || error instanceof BpfError)) throw error
      this.#refused = error.message
    }
  }

  /** Its own traffic is left out: what it says would be counted, and be said again. */
  #who({ pid, name }: Flow['process']): Who | undefined {
    if (pid === process.pid) return undefined
    const key = `${pid}/${name}`
    if (!this.#known.has(key)) {
      if (this.#known.size >= MOST_KNOWN) this.#known.clear()
      this.#known.set(key, this.#find(pid))
    }
    return this.#known.get(key)
  }

  #find(pid: number): Who | undefined {
    const { options } = this.#setup
    const found = processOf(pid)
    if (found === undefined) return options.process.length + options.pid.length + options.cgroup.length === 0 ? {} : undefined
    if (!isWanted(options, found)) return undefined
    const { executable, container } = found
    return { ...(executable === undefined ? {} : { executable }), ...(container === undefined ? {} : { container: { id: container } }) }
  }
}
