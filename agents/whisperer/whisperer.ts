import { Resolver } from 'node:dns/promises'
import { existsSync, readFileSync } from 'node:fs'
import { agentStatus } from '#events/agent-status.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { tlsSecrets } from '#events/tls-secrets.ts'
import { Pace } from '../agent/pace.ts'
import { type FileReport, gatherFile } from './files.ts'
import type { Gathered } from './gather.ts'
import type { Batch } from './lanes.ts'
import { Live } from './live.ts'
import { Names, readHosts } from './names.ts'
import { OwnParts } from './own/places.ts'
import { Sequences } from './parcel.ts'
import { Sender } from './sender.ts'
import type { Source, WhispererSetup } from './setup.ts'
import { Spools } from './spools.ts'
import { statusOf } from './status.ts'

/** How it ended. */
export interface Outcome {
  files: FileReport[]
  /** Bytes that wait in the spool for the next start. */
  spooled: number
  /** Packets that could be neither sent nor kept, overflow included. */
  lost: number
  /** Why it ended, when not by itself. */
  message: string | undefined
}

/** What is on its way at the end is waited for this long (ms) when the server does not answer. */
const LAST_WAIT = 5000
const HEARTBEAT = 5000
/** Lines of a key log in one event. */
const SECRETS_EACH = 1000

/** The capture agent: packets of interfaces or files become `packets.captured` events. */
export class Whisperer {
  /** Resolves when there is nothing more to wait for: all of the files was read and sent, a limit is reached, or no interface is left. */
  readonly ended: Promise<void>
  #setup: WhispererSetup
  #spools: Spools | undefined
  #sender: Sender
  #sequences: Sequences
  #names: Names
  #live: Live
  #own: OwnParts | undefined
  #ownTrouble: string | undefined
  #files: FileReport[] = []
  #current: FileReport | undefined
  #refused = { packets: 0, bytes: 0 }
  #message: string | undefined
  #state: StatusDocument['spider']['state'] = 'capturing'
  #stopping = false
  #statuses = 0
  #secrets = 0
  #pace: Pace
  #timers: NodeJS.Timeout[] = []
  #end: () => void = () => {}
  #halt: () => void = () => {}
  #halted: Promise<void>

  constructor(setup: WhispererSetup) {
    const { options, identity, bus, source } = setup
    this.#setup = setup
    const live = source.kind === 'interface'
    this.#pace = new Pace({ every: options.statusInterval, idle: options.statusIdle })
    this.#spools = options.spool === '' || !live ? undefined : new Spools(options.spool, identity.id)
    const spools = this.#spools
    this.#sender = new Sender({
      bus,
      inFlight: options.inFlight,
      memory: options.memory,
      spool: spools && { own: spools.own, limit: options.spoolSize, bytes: () => spools.bytes },
      lost: ({ packets, bytes }, reason) => this.#lose(packets, bytes, reason),
    })
    this.#sequences = new Sequences(identity.id)
    const resolver = new Resolver({ timeout: 2000, tries: 1 })
    this.#names = new Names({
      identity,
      resolve: live ? options.resolve : 'none',
      hostsFile: live && existsSync('/etc/hosts') ? readHosts(readFileSync('/etc/hosts', 'utf8')) : new Map(),
      reverse: (ip) => resolver.reverse(ip),
      tell: (event) => this.#sender.note(event),
    })
    this.#live = new Live({
      batch: (batch) => this.#send(batch),
      learned: (learned) => this.#names.learn(learned),
      failed: (message, all) => this.#fail(message, all),
      ended: () => this.#over(),
    })
    const own = source.kind === 'interface' ? source.own : undefined
    this.#own =
      own &&
      new OwnParts(own.options, own.api, {
        places: (places) => {
          this.#live.ownPlaces = places
        },
        failed: (reason) => {
          this.#ownTrouble = reason
        },
      })
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.#halted = new Promise((resolve) => {
      this.#halt = resolve
    })
  }

  /** Begins; resolves when packets are captured, or files are being read. Throws `CaptureRefused`. */
  async start(): Promise<void> {
    const { options } = this.#setup
    try {
      await this.#open()
    } catch (error) {
      this.#own?.stop()
      this.#spools?.close()
      throw error
    }
    this.#tellStatus()
    this.#timers.push(setInterval(() => this.#tellWhenDue(), options.statusInterval))
    this.#timers.push(setInterval(() => this.#spools?.touch(), HEARTBEAT))
    this.#timers.push(setInterval(() => this.#press(), 100))
  }

  /** Ends the capture and sends all that was captured; what cannot be sent stays in the spool. */
  async stop(): Promise<Outcome> {
    this.#stopping = true
    this.#halt()
    if (this.#setup.source.kind === 'interface') await this.#live.stop()
    else await this.ended
    for (const timer of this.#timers) clearInterval(timer)
    this.#names.close()
    this.#own?.stop()
    if (this.#setup.source.kind === 'interface') this.#sendEnds()
    this.#over()
    await this.#drain()
    this.#tellStatus()
    if (this.#sender.idle) await this.#within(LAST_WAIT)
    this.#sender.close()
    this.#spools?.close()
    return {
      files: this.#files,
      spooled: this.#spools?.bytes ?? 0,
      lost: this.status().spider.overflow.packets,
      message: this.#message ?? this.#sender.trouble,
    }
  }

  /** What it says of itself. */
  status(): StatusDocument {
    const setup = this.#setup
    const spools = this.#spools
    const { dropped, droppedByInterface } = this.#live.counters
    return statusOf({
      setup,
      number: this.#statuses,
      state: this.#state,
      gathered: this.#counters(),
      dropped: { kernel: dropped, interface: droppedByInterface },
      refused: this.#refused,
      sent: { ...this.#sender.sent },
      spool: { bytes: spools?.bytes ?? 0, limit: spools ? setup.options.spoolSize : 0 },
      message: this.#message ?? this.#sender.trouble ?? this.#ownTrouble,
    })
  }

  async #open(): Promise<void> {
    const { source, options } = this.#setup
    if (source.kind === 'file') {
      for (const path of source.paths) await source.open(path)
      void this.#readFiles(source)
      return
    }
    const { interface: interfaces, filter, snapLength, buffer: bufferBytes, lanes, batchSize: batchBytes, batchAge } = options
    const live = { interfaces, filter, exclude: source.exclude, snapLength, bufferBytes }
    const limit = { time: options.limitTime, size: options.limitSize }
    await this.#own?.start()
    await this.#live.start(source.module, live, { lanes, batchBytes, batchAge }, limit)
    for (const spool of this.#spools?.orphans ?? []) this.#sender.adopt(spool)
  }

  async #readFiles(source: Extract<Source, { kind: 'file' }>): Promise<void> {
    const { lanes, batchSize: batchBytes } = this.#setup.options
    const events = {
      batch: (batch: Batch) => this.#send(batch),
      learned: this.#names.learn.bind(this.#names),
      secrets: (lines: readonly string[]) => this.#tellSecrets(lines),
      progress: (report: FileReport) => {
        this.#current = report
        source.progress?.(report)
      },
      room: () => Promise.race([this.#sender.room(), this.#halted]),
      isStopped: () => this.#stopping,
    }
    try {
      for (const path of source.paths) {
        if (this.#stopping) break
        this.#files.push(await gatherFile(source.open, path, { lanes, batchBytes }, events))
        this.#current = undefined
      }
    } catch (error) {
      this.#message = (error as Error).message
      this.#state = 'failed'
    }
    this.#sendEnds()
    await Promise.race([this.#sender.drained(), this.#halted])
    this.#end()
  }

  /** What lies in a capture goes before the packets that it opens. */
  #tellSecrets(lines: readonly string[]): void {
    const { id: agent } = this.#setup.identity
    for (let at = 0; at < lines.length; at += SECRETS_EACH) {
      const secrets = lines.slice(at, at + SECRETS_EACH).map((keylog) => ({ keylog }))
      const attributes = { id: `${agent}/secrets/${++this.#secrets}`, time: new Date().toISOString() }
      this.#sender.note(tlsSecrets.make(`/agents/${agent}`, { agent, secrets }, attributes))
    }
  }

  #sendEnds(): void {
    for (const { parcel, section } of this.#sequences.ends()) this.#sender.send(parcel, section)
  }

  #send({ lane, packets, section }: Batch): void {
    if (this.#sender.takes(section.length)) this.#sender.send(this.#sequences.next(lane, packets, section), section)
    else this.#lose(packets, section.length, 'what may be kept until it is sent is full')
    this.#press()
  }

  /** Tells the capturing thread how full it is; what it still holds itself must fit in too. */
  #press(): void {
    const { lanes, batchSize, memory, spoolSize } = this.#setup.options
    const limit = this.#spools ? spoolSize : memory
    const held = Math.min(limit / 2, 2 * lanes * batchSize)
    this.#live.fill = this.#sender.fill * (limit / (limit - held))
  }

  /** While something gets through it goes on; the server being away, the spool keeps it. */
  async #drain(): Promise<void> {
    for (;;) {
      const before = this.#sender.sent.events
      if (await this.#within(LAST_WAIT)) return
      if (this.#sender.sent.events === before) return
    }
  }

  /** Whether all was sent within `ms`. */
  async #within(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([this.#sender.drained(), late])
    clearTimeout(timer)
    return this.#sender.idle
  }

  #lose(packets: number, bytes: number, reason: string): void {
    this.#refused.packets += packets
    this.#refused.bytes += bytes
    this.#message = `packets were lost: ${reason}`
  }

  #fail(message: string, all: boolean): void {
    this.#message = message
    if (!all) return
    this.#state = 'failed'
    this.#end()
  }

  #over(): void {
    if (this.#state === 'capturing') this.#state = 'stopped'
    this.#end()
  }

  #tellWhenDue(): void {
    const { state, captured, dropped, overflow, sent, spool, message } = this.status().spider
    const next = this.#pace.next({ state, captured, dropped, overflow, sent, spool, message }, Date.now())
    if (next !== undefined) this.#tellStatus(next)
  }

  #tellStatus(next = this.#setup.options.statusInterval): void {
    this.#statuses++
    const status = this.status()
    status.spider.next = next / 1000
    const attributes = { id: status.event.id, time: status['@timestamp'] }
    this.#sender.note(agentStatus.make(`/agents/${this.#setup.identity.id}`, status, attributes))
  }

  #counters(): Gathered {
    const sums: Gathered = { packets: 0, bytes: 0, filtered: 0, own: 0, overflow: { packets: 0, bytes: 0, conversations: 0 } }
    const all = [this.#live.counters, ...this.#files.map(({ gathered }) => gathered), ...(this.#current ? [this.#current.gathered] : [])]
    for (const { packets, bytes, filtered, own, overflow } of all) {
      sums.packets += packets
      sums.bytes += bytes
      sums.filtered += filtered
      sums.own += own
      sums.overflow.packets += overflow.packets
      sums.overflow.bytes += overflow.bytes
      sums.overflow.conversations += overflow.conversations
    }
    return sums
  }
}
