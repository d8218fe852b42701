import { type Bus, Transient } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'
import { backOff } from '../agent/back-off.ts'
import { Outbox } from '../agent/outbox.ts'
import { troubleOf } from '../agent/trouble.ts'
import { laneKey, type Parcel, toEvent } from './parcel.ts'
import type { Place, Spool } from './spool.ts'

export interface SenderOptions {
  bus: Bus
  /** Events on their way at once, at most one of each lane. */
  inFlight: number
  /** Bytes that may wait in memory. */
  memory: number
  /** Where they wait else, and how many bytes may in all. */
  spool?: { own: Spool; limit: number; bytes(): number }
  /** What could not be kept or will never be taken. */
  lost(parcel: Parcel, reason: string): void
}

interface Waiting {
  parcel: Parcel
  section: Uint8Array | undefined
  place: { spool: Spool; place: Place } | undefined
}

interface Lane {
  key: string
  queue: Waiting[]
  busy: boolean
  failures: number
  notBefore: number
}

const MOST_NOTES = 100
/** A source that can wait does so from this share of the memory on. */
const ENOUGH = 0.5

/** Sends sections in the order of their lanes, again and again until each is taken; keeps them meanwhile, in memory or on disk. */
export class Sender {
  sent = { events: 0, bytes: 0, retries: 0 }
  #options: SenderOptions
  #lanes = new Map<string, Lane>()
  #notes: Outbox
  #inFlight = 0
  /** Failures since anything got through; and, when there are many, until when nobody tries. */
  #failures = 0
  #quiet = 0
  #trouble: string | undefined
  #memory = 0
  #timer: NodeJS.Timeout | undefined
  #waiters: { done(): boolean; resolve(): void }[] = []
  #closed = false
  /** The spool could not be written: what waits is in memory. */
  #broken = false

  constructor(options: SenderOptions) {
    this.#options = options
    this.#notes = new Outbox({ bus: options.bus, most: MOST_NOTES })
  }

  /** Why the last try failed; undefined when it did not. */
  get trouble(): string | undefined {
    return this.#trouble ?? this.#notes.trouble
  }

  /** How much of what may be kept is taken, 0 … 1. */
  get fill(): number {
    const { spool, memory } = this.#options
    return spool && !this.#broken ? (spool.bytes() + this.#memory) / spool.limit : this.#memory / memory
  }

  /** Bytes that wait in memory. */
  get memory(): number {
    return this.#memory
  }

  get idle(): boolean {
    return this.#inFlight === 0 && [...this.#lanes.values()].every(({ queue }) => queue.length === 0)
  }

  /** Whether so many bytes more may be kept. */
  takes(bytes: number): boolean {
    const { memory, spool } = this.#options
    return this.fill + bytes / (spool && !this.#broken ? spool.limit : memory) <= 1
  }

  /** Takes a section, to be sent behind those of its lane. */
  send(parcel: Parcel, section: Uint8Array): void {
    const { memory, spool } = this.#options
    const waiting: Waiting = { parcel, section, place: undefined }
    this.#memory += section.length
    this.#lane(parcel).queue.push(waiting)
    if (spool && (this.#away || this.#memory > memory)) this.#spool()
    this.#pump()
  }

  /** Takes what an earlier start left in its spool. */
  adopt(spool: Spool): void {
    for (const { parcel, place } of spool.load()) this.#lane(parcel).queue.push({ parcel, section: undefined, place: { spool, place } })
    this.#pump()
  }

  /** Sends an event that has no place in a lane; the oldest is forgotten when too many wait. */
  note(event: Event): void {
    this.#notes.send(event)
    void this.#notes.sentAll().then(() => this.#check())
  }

  /** Resolves when a source that can wait may go on. */
  room(): Promise<void> {
    return this.#when(() => this.#memory < this.#options.memory * ENOUGH || this.#closed)
  }

  /** Resolves when all was sent. */
  drained(): Promise<void> {
    return this.#when(() => this.#closed || (this.idle && this.#notes.isEmpty))
  }

  /** Nothing is tried any more. What waits in memory goes to the spool; without one it is lost. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#notes.close()
    if (this.#options.spool) this.#spool()
    for (const { queue } of this.#lanes.values()) {
      for (const { parcel, place } of queue) if (!place) this.#options.lost(parcel, 'it could not be sent before the end')
    }
    this.#check()
  }

  get #away(): boolean {
    return this.#failures > 0
  }

  /** Nothing gets through, whatever the lane: one at a time tries, with pauses that grow. */
  get #isDown(): boolean {
    return this.#failures > this.#options.inFlight
  }

  #lane(parcel: Parcel): Lane {
    const key = laneKey(parcel)
    let lane = this.#lanes.get(key)
    if (!lane) {
      lane = { key, queue: [], busy: false, failures: 0, notBefore: 0 }
      this.#lanes.set(key, lane)
    }
    return lane
  }

  /** Everything in memory goes to disk: what follows must not overtake it, and a kill must not take it. */
  #spool(): void {
    const own = this.#options.spool?.own
    if (!own) return
    for (const { queue } of this.#lanes.values()) {
      for (const waiting of queue) {
        if (waiting.place || !waiting.section) continue
        try {
          waiting.place = { spool: own, place: own.write(waiting.parcel, waiting.section) }
          this.#broken = false
        } catch (error) {
          this.#broken = true
          this.#trouble = `the spool cannot be written: ${(error as Error).message}`
          return
        }
        this.#forget(waiting)
      }
    }
  }

  #forget(waiting: Waiting): void {
    if (waiting.section) this.#memory -= waiting.section.length
    waiting.section = undefined
  }

  #pump(): void {
    if (this.#closed) return
    const now = performance.now()
    let next = Number.POSITIVE_INFINITY
    const most = this.#isDown ? 1 : this.#options.inFlight
    if (now < this.#quiet) next = this.#quiet
    for (const lane of [...this.#lanes.values()]) {
      if (this.#inFlight >= most || now < this.#quiet) break
      if (lane.busy || lane.queue.length === 0) continue
      if (lane.notBefore > now) next = Math.min(next, lane.notBefore)
      else void this.#deliver(lane)
    }
    clearTimeout(this.#timer)
    if (next < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#pump(), Math.max(1, next - now))
  }

  async #deliver(lane: Lane): Promise<void> {
    const waiting = lane.queue[0]
    lane.busy = true
    this.#inFlight++
    // The lane goes to the end, so that none is served first for ever.
    this.#lanes.delete(lane.key)
    this.#lanes.set(lane.key, lane)
    try {
      const section = waiting.section ?? (await waiting.place!.spool.read(waiting.place!.place))
      await this.#options.bus.publish(toEvent(waiting.parcel, section))
      this.sent.events++
      this.sent.bytes += section.length
      this.#succeeded(lane)
      this.#take(lane, waiting)
    } catch (error) {
      if (error instanceof Transient) this.#failed(lane, error)
      else {
        this.#take(lane, waiting)
        this.#options.lost(waiting.parcel, (error as Error).message)
      }
    }
    lane.busy = false
    this.#inFlight--
    this.#pump()
    this.#check()
  }

  #take(lane: Lane, waiting: Waiting): void {
    lane.queue.shift()
    this.#forget(waiting)
    waiting.place?.spool.done(waiting.place.place)
    if (lane.queue.length === 0) this.#lanes.delete(lane.key)
  }

  #succeeded(lane: Lane): void {
    this.#trouble = undefined
    lane.failures = 0
    const wasAway = this.#isDown
    this.#failures = 0
    this.#quiet = 0
    if (!wasAway) return
    for (const other of this.#lanes.values()) other.notBefore = 0
  }

  #failed(lane: Lane, error: Transient): void {
    if (this.#closed) return
    this.#trouble = troubleOf(error, this.#options.spool && !this.#broken ? 'in the spool' : 'in memory')
    this.sent.retries++
    lane.failures++
    this.#failures++
    const now = performance.now()
    lane.notBefore = now + Math.max(backOff(lane.failures), error.retryAfterMs ?? 0)
    if (this.#isDown) this.#quiet = now + backOff(this.#failures - this.#options.inFlight)
    this.#spool()
  }

  #when(done: () => boolean): Promise<void> {
    if (done()) return Promise.resolve()
    return new Promise((resolve) => this.#waiters.push({ done, resolve }))
  }

  #check(): void {
    const ready = this.#waiters.filter(({ done }) => done())
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter))
    for (const { resolve } of ready) resolve()
  }
}
