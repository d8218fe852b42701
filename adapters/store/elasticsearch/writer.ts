import { setTimeout as sleep } from 'node:timers/promises'
import type { Family } from '#events/documents/families.ts'
import { InvalidDocument, StoreUnavailable } from '../port.ts'
import type { Server } from './connect.ts'
import { type Reason, storeError } from './errors.ts'
import { readLine } from './line.ts'
import { neighbourOf } from './midnight.ts'
import type { Item, Outcome, Sender } from './send.ts'
import type { Slices } from './slices.ts'

/** What is gathered before it is written without being asked to, in characters. */
const WRITE_AT = 8 << 20
/** What may wait for a server that takes nothing; then `save` waits too, and fails with it. */
const MOST_WAITING = 32 << 20
/** A longer document is not given to the server, in characters. */
const LONGEST_DOCUMENT = 8 << 20
/** Reasons that a message gives. */
const MOST_NAMED = 3
/** Indices that one request refreshes by their names. */
const MOST_REFRESHED = 30

/** Gathers documents and writes them, one round at a time, so that the later of two with one id wins. Whoever flushes while one is under way shares the next one. */
export class Writer {
  readonly #server: Server
  readonly #slices: Slices
  readonly #sender: Sender
  /** By family and id, since the last round began. */
  #gathering = new Map<string, Item>()
  /** Of rounds before, not written yet: after a failure they are tried again. */
  #waiting = new Map<string, Item>()
  #gathered = 0
  #waitingSize = 0
  /** Indices that were written to and not refreshed since. */
  readonly #touched = new Set<string>()
  #running: Promise<void> = Promise.resolve()
  #scheduled: Promise<void> | undefined
  /** Somebody flushes: the round that is scheduled ends with a refresh. */
  #refreshWanted = false
  /** What was left out since the last flush, and why. */
  #complaints: string[] = []
  #leftOut = 0
  /** Why the last round failed, until one succeeds. */
  trouble: StoreUnavailable | undefined

  /** A refresh costs the server 15 ms of CPU however little was written: this is the shortest time from one to the next, in ms. */
  readonly #refreshGap: number
  #refreshed = Number.NEGATIVE_INFINITY

  constructor(server: Server, slices: Slices, sender: Sender, refreshGap: number) {
    this.#refreshGap = refreshGap
    this.#server = server
    this.#slices = slices
    this.#sender = sender
  }

  async save(team: string, family: Family, lines: readonly string[]): Promise<void> {
    if (this.#waitingSize + this.#gathered > MOST_WAITING) await this.#writeSoon()
    for (const json of lines) this.#gather(team, family, json)
    if (this.#gathered < WRITE_AT) return
    const written = this.#writeSoon()
    if (this.#waitingSize > 0) await written
    else written.catch(leaveToFlush)
  }

  /** Resolves when everything saved before is in the translog on disk, and found by queries. */
  async flush(): Promise<void> {
    this.#refreshWanted = true
    await this.#writeSoon()
    if (this.#leftOut === 0) return
    const message = `${this.#leftOut} documents were left out: ${this.#complaints.join('; ')}`
    this.#leftOut = 0
    this.#complaints = []
    throw new InvalidDocument(message)
  }

  /** Runs `work` when no round is under way. */
  exclusively(work: () => Promise<void>): Promise<void> {
    const result = this.#running.then(work)
    this.#running = result.catch(leaveToFlush)
    return result
  }

  #gather(team: string, family: Family, json: string): void {
    const line = json.length > LONGEST_DOCUMENT ? undefined : readLine(json, team)
    if (line === undefined) {
      this.#complain(
        json.length > LONGEST_DOCUMENT
          ? `longer than ${LONGEST_DOCUMENT} characters`
          : 'no JSON with an event.id and a @timestamp between 1970 and 2262',
      )
      return
    }
    const key = `${family} ${line.id}`
    const { id, time } = line
    const item = {
      family,
      id,
      json: line.json,
      index: this.#slices.nameAt(family, time),
      neighbour: neighbourOf(this.#slices, family, time),
    }
    this.#gathered += json.length - (this.#gathering.get(key)?.json.length ?? 0)
    this.#gathering.set(key, item)
  }

  #writeSoon(): Promise<void> {
    this.#scheduled ??= this.exclusively(async () => {
      if (this.#refreshWanted) await sleep(Math.max(0, this.#refreshed + this.#refreshGap - performance.now())) // all who flush meanwhile share the next one
      this.#scheduled = undefined
      const refresh = this.#refreshWanted
      this.#refreshWanted = false
      await this.#write()
      if (refresh) await this.#refresh()
    })
    return this.#scheduled
  }

  async #write(): Promise<void> {
    for (const [key, item] of this.#gathering) this.#waiting.set(key, item)
    this.#waitingSize = sizeOf(this.#waiting)
    this.#gathering = new Map()
    this.#gathered = 0
    if (this.#waiting.size === 0) return
    try {
      await this.#sender.send([...this.#waiting.values()], (outcome, touched) => this.#account(outcome, touched))
      this.trouble = undefined
    } catch (error) {
      if (error instanceof StoreUnavailable) this.trouble = error
      throw error
    } finally {
      this.#waitingSize = sizeOf(this.#waiting)
    }
  }

  #account({ done, refused }: Outcome, touched: readonly string[]): void {
    for (const index of touched) this.#touched.add(index)
    for (const item of done) this.#waiting.delete(`${item.family} ${item.id}`)
    for (const { item, reason } of refused) {
      this.#waiting.delete(`${item.family} ${item.id}`)
      this.#complain(describe(reason))
    }
  }

  #complain(why: string): void {
    this.#leftOut++
    if (this.#complaints.length < MOST_NAMED && !this.#complaints.includes(why)) this.#complaints.push(why)
  }

  /** Only the indices that were written to; one that was dropped meanwhile is no matter. */
  async #refresh(): Promise<void> {
    if (this.#touched.size === 0) return
    const touched = [...this.#touched]
    const index = touched.length > MOST_REFRESHED ? this.#slices.all : touched // a line of HTTP holds 4096 bytes
    this.#touched.clear()
    try {
      const { _shards } = await this.#server.client.indices.refresh({ index, ignore_unavailable: true })
      const failure = _shards?.failures?.[0] // the answer as a whole is well all the same
      if (failure !== undefined)
        throw new StoreUnavailable(`Elasticsearch at ${this.#server.name} could not refresh ${failure.index} (${failure.reason.reason})`)
    } catch (error) {
      for (const name of touched) this.#touched.add(name)
      throw storeError(error, this.#server.name)
    } finally {
      this.#refreshed = performance.now()
    }
  }
}

const sizeOf = (items: ReadonlyMap<string, Item>): number => {
  let size = 0
  for (const { json } of items.values()) size += json.length
  return size
}

const describe = ({ type, reason }: Reason): string => `${type} (${reason.slice(0, 300).replaceAll('\n', ' ')})`

/** The one who flushes is told; its documents still wait, and the next flush meets them. */
const leaveToFlush = (): void => undefined
