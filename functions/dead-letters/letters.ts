import { randomBytes } from 'node:crypto'
import { Encoder } from 'cbor-x'
import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import type { DeadLetter, DeadLetters } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import type { Event } from '#events/define.ts'

const LETTERS = 'dead-letters/'
const EVENTS = 'dead-events/'
/** A week: what nobody looked at by then nobody will. */
const KEEP_MS = 7 * 24 * 3_600_000
/** The oldest go first, so that a stream of failures stays bounded. */
const MOST = 1_000
/** Larger events lie in the blob store, for as long as other claims are kept there. */
const INLINE_BYTES = 64 << 10
/** As long as somebody who takes a letter may need. */
const TAKING_MS = 60_000

const cbor = new Encoder({ useRecords: false, tagUint8Array: false, copyBuffers: true })

/** Where a letter's event lies: here, or in the blob store. */
type Kept = { event: Event } | { ref: BlobReference }

/** The dead letters, over the shared state and the blob store: the same in one process and in a cluster. Kept for a week, a thousand at most. */
export class Letters implements DeadLetters {
  readonly #state: State
  readonly #blobs: Blobs
  readonly #now: () => number
  readonly #most: number

  constructor(state: State, blobs: Blobs, now: () => number = Date.now, most = MOST) {
    this.#state = state
    this.#blobs = blobs
    this.#now = now
    this.#most = most
  }

  async keep(event: Event, func: string, reason: string, attempts: number): Promise<void> {
    const now = this.#now()
    // In the order of their time: ids begin with it.
    const id = `${Math.floor(now).toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`
    const bytes = cbor.encode(event)
    const kept: Kept = bytes.length <= INLINE_BYTES ? { event } : { ref: await this.#blobs.put('claims', now, bytes) }
    const { type, source, subject } = event
    const letter: DeadLetter = {
      id,
      time: new Date(now).toISOString(),
      event: { id: event.id, type, source, subject, bytes: cbor.encode(event.data).length },
      function: func,
      reason,
      attempts,
    }
    // The event first: a letter that is listed can be taken.
    await this.#state.set(EVENTS + id, cbor.encode(kept), KEEP_MS)
    await this.#state.set(LETTERS + id, cbor.encode(letter), KEEP_MS)
    await this.#dropOldest()
  }

  async #dropOldest(): Promise<void> {
    const keys = [...(await this.#state.list(LETTERS)).keys()].sort()
    for (const key of keys.slice(0, Math.max(0, keys.length - this.#most))) await this.#remove(key.slice(LETTERS.length))
  }

  async #remove(id: string): Promise<void> {
    await this.#state.delete(LETTERS + id)
    await this.#state.delete(EVENTS + id)
  }

  async list(): Promise<DeadLetter[]> {
    const letters = [...(await this.#state.list(LETTERS)).values()].map((bytes) => cbor.decode(bytes) as DeadLetter)
    return letters.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async take(id: string): Promise<{ event: Event; function: string } | undefined> {
    const [letter, kept] = [await this.#state.get(LETTERS + id), await this.#state.get(EVENTS + id)]
    if (!letter || !kept) return undefined
    // Two who take it at once: the one whose claim is there first gets it.
    const mine = randomBytes(8)
    if (!Buffer.from(await this.#state.claim(`dead-taken/${id}`, mine, TAKING_MS)).equals(mine)) return undefined
    const event = await this.#eventOf(cbor.decode(kept) as Kept)
    await this.#remove(id)
    return event && { event, function: (cbor.decode(letter) as DeadLetter).function }
  }

  /** Undefined when the blob store has let it go. */
  async #eventOf(kept: Kept): Promise<Event | undefined> {
    if ('event' in kept) return kept.event
    const bytes = await this.#blobs.get(kept.ref)
    return bytes && (cbor.decode(bytes) as Event)
  }
}
