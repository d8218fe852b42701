import { setTimeout as sleep } from 'node:timers/promises'
import { errors } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { StoreUnavailable } from '../port.ts'
import { bulk, type Operation } from './bulk.ts'
import type { Server } from './connect.ts'
import { explain, isPassing, type Reason, storeError } from './errors.ts'
import { withPlainEscapes } from './line.ts'
import { findHomes } from './midnight.ts'
import type { Slices } from './slices.ts'

/** A document on its way. */
export interface Item {
  family: Family
  id: string
  json: string
  /** Index of its day. */
  index: string
  /** Where an earlier form of it may be. */
  neighbour: string | undefined
}

/** What has come of the items of one request. */
export interface Outcome {
  done: Item[]
  /** For good, and why. */
  refused: { item: Item; reason: Reason }[]
  /** To be tried again. */
  again: Item[]
}

/** Characters in one request: larger ones are no faster, and hold more of the server's memory. */
const REQUEST = 4 << 20
const REQUESTS_AT_ONCE = 2
const PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2000

export interface SendOptions {
  patience: number
  compression: boolean
  /** The server wants escapes in another form. */
  plainEscapes: boolean
}

/** Brings documents to the server, each one tried again on its own account while its refusal may pass. */
export class Sender {
  readonly #server: Server
  readonly #slices: Slices
  readonly #options: SendOptions

  constructor(server: Server, slices: Slices, options: SendOptions) {
    this.#server = server
    this.#slices = slices
    this.#options = options
  }

  /** Reports what becomes of each item as soon as it is known. Throws `StoreUnavailable` when some are still left after the time for trying. */
  async send(items: readonly Item[], report: (outcome: Outcome, touched: readonly string[]) => void): Promise<void> {
    const until = performance.now() + this.#options.patience
    let open = items
    for (let pause = PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const again: Item[] = []
      const trouble = await this.#attempt(open, (outcome, touched) => {
        again.push(...outcome.again)
        report(outcome, touched)
      })
      if (again.length === 0) return
      if (trouble instanceof StoreUnavailable && performance.now() + pause > until) throw trouble
      open = again
      await sleep(pause * (0.5 + Math.random() / 2)) // not all processes at the same moment
    }
  }

  /** Sends all once. Answers why some must be tried again. */
  async #attempt(items: readonly Item[], report: (outcome: Outcome, touched: readonly string[]) => void): Promise<unknown> {
    let trouble: unknown
    const requests = inRequests(items)
    const worker = async () => {
      for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
        try {
          trouble = (await this.#request(request, report)) ?? trouble
        } catch (error) {
          const meaning = storeError(error, this.#server.name)
          if (!(meaning instanceof StoreUnavailable)) throw meaning
          trouble = meaning
          if (isTooLarge(error) && request.length > 1) halve(request, requests)
          else report(tooLargeAlone(error, request), [])
        }
      }
    }
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker))
    return trouble
  }

  async #request(items: readonly Item[], report: (outcome: Outcome, touched: readonly string[]) => void): Promise<unknown> {
    for (const [family, its] of Map.groupBy(items, ({ family }) => family))
      await this.#slices.ensure(family, new Set(its.map(({ index }) => index)))
    const homes = await this.#homes(items)
    const operations: Operation[] = items.map((item) => ({
      action: 'index',
      index: homes.get(item)?.index ?? item.index,
      id: item.id,
      json: this.#options.plainEscapes ? withPlainEscapes(item.json) : item.json,
    }))
    const moved = [...homes].flatMap(([{ id }, { leave }]): Operation[] =>
      leave === undefined ? [] : [{ action: 'delete', index: leave, id }],
    )
    const reasons = await bulk(this.#server.client, [...operations, ...moved], this.#options.compression)
    const outcome = judge(items, reasons)
    const doubled = await this.#homes(outcome.done)
    for (const [item, { leave }] of doubled) if (leave !== undefined) outcome.again.push(item)
    outcome.done = outcome.done.filter((item) => doubled.get(item)?.leave === undefined)
    report(outcome, [...new Set([...operations, ...moved].map(({ index }) => index))])
    return this.#trouble(outcome.again, reasons)
  }

  /** Of the few near midnight, where they are. */
  async #homes(items: readonly Item[]): Promise<Map<Item, { index: string; leave?: string }>> {
    const near = items.filter((item): item is Item & { neighbour: string } => item.neighbour !== undefined)
    if (near.length === 0) return new Map()
    const homes = await findHomes(this.#server.client, near)
    return new Map(near.map((item, i) => [item, homes[i]]))
  }

  #trouble(again: readonly Item[], reasons: readonly (Reason | undefined)[]): unknown {
    const reason = again.length > 0 ? reasons.find((reason) => reason !== undefined && isPassing(reason)) : undefined
    return reason && new StoreUnavailable(`Elasticsearch at ${this.#server.name} ${explain(reason)}`)
  }
}

function judge(items: readonly Item[], reasons: readonly (Reason | undefined)[]): Outcome {
  const outcome: Outcome = { done: [], refused: [], again: [] }
  items.forEach((item, i) => {
    const reason = reasons[i]
    if (reason === undefined) outcome.done.push(item)
    else if (isPassing(reason)) outcome.again.push(item)
    else outcome.refused.push({ item, reason })
  })
  return outcome
}

function inRequests(items: readonly Item[]): Item[][] {
  const requests: Item[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const item of items) {
    if (size + item.json.length > REQUEST) {
      requests.push([])
      size = 0
    }
    requests.at(-1)!.push(item)
    size += item.json.length
  }
  return requests
}

const isTooLarge = (error: unknown): boolean => error instanceof errors.ResponseError && error.statusCode === 413

function halve(request: Item[], requests: Item[][]): void {
  const half = request.length >> 1
  requests.push(request.slice(0, half), request.slice(half))
}

/** A single document that the server does not take for its size never will be taken; everything else is tried again. */
function tooLargeAlone(error: unknown, items: Item[]): Outcome {
  if (!isTooLarge(error)) return { done: [], refused: [], again: items }
  const reason = { status: 413, type: 'too_large', reason: 'the document is larger than the server takes (http.max_content_length)' }
  return { done: [], refused: items.map((item) => ({ item, reason })), again: [] }
}
