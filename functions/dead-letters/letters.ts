import { randomBytes } from 'node:crypto'
import { Encoder } from 'cbor-x'
import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import type { DeadLetter, DeadLetters } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import type { Event } from '#events/define.ts'

const KEYS = 'dead-letters/'
/** A week: what nobody looked at by then nobody will. */
const KEEP_MS = 7 * 24 * 3_600_000
/** The oldest go first, so that a stream of failures stays bounded. */
const MOST = 1_000

const cbor = new Encoder({ useRecords: false, tagUint8Array: false, copyBuffers: true })

/** What the state holds of a letter; its event lies in the blob store. */
interface Kept {
  letter: DeadLetter
  ref: BlobReference
}

/** The dead letters, over the shared state and the blob store: the same in one process and in a cluster. Kept for a week, a thousand at most. */
export class Letters implements DeadLetters {
  readonly #state: State
  readonly #blobs: Blobs
  readonly #now: () => number

  constructor(state: State, blobs: Blobs, now: () => number = Date.now) {
    this.#state = state
    this.#blobs = blobs
    this.#now = now
  }

  async keep(event: Event, func: string, reason: string, attempts: number): Promise<void> {
    const now = this.#now()
    const id = `${Math.floor(now).toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`
    const bytes = cbor.encode(event)
    const ref = await this.#blobs.put('claims', now, bytes)
    const { type, source, subject } = event
    const letter: DeadLetter = {
      id,
      time: new Date(now).toISOString(),
      event: { id: event.id, type, source, subject, bytes: bytes.length },
      function: func,
      reason,
      attempts,
    }
    await this.#state.set(KEYS + id, cbor.encode({ letter, ref } satisfies Kept), KEEP_MS)
    await this.#dropOldest()
  }

  async #dropOldest(): Promise<void> {
    const ids = [...(await this.#state.list(KEYS)).keys()].sort()
    for (const id of ids.slice(0, Math.max(0, ids.length - MOST))) await this.#state.delete(id)
  }

  async list(): Promise<DeadLetter[]> {
    const letters = [...(await this.#state.list(KEYS)).values()].map((bytes) => (cbor.decode(bytes) as Kept).letter)
    return letters.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  async take(id: string): Promise<{ event: Event; function: string } | undefined> {
    const bytes = await this.#state.get(KEYS + id)
    if (!bytes) return undefined
    const { letter, ref } = cbor.decode(bytes) as Kept
    // Two who take it at once: the one whose claim is there first gets it.
    const mine = randomBytes(8)
    if (!Buffer.from(await this.#state.claim(`dead-letters-taken/${id}`, mine, 60_000)).equals(mine)) return undefined
    const event = await this.#blobs.get(ref)
    await this.#state.delete(KEYS + id)
    return event && { event: cbor.decode(event) as Event, function: letter.function }
  }
}
