import { Lane } from './lane.ts'
import { Values } from './values.ts'

/** What changes the state. Each is one record of a journal, and playing the records again in order gives the same state. */
const CHANGES = ['append', 'grant', 'commit', 'set', 'claim', 'delete'] as const
export type Change = (typeof CHANGES)[number]

/** A change with its arguments, as it is written. Times are ms since 1970 and decided by whoever makes the operation. */
export type Operation<Name extends Change = Change> = { [N in Name]: [N, ...Parameters<Memory[N]>] }[Name]
export type Outcome<Name extends Change> = ReturnType<Memory[Name]>

/** About what an item takes in a file and in memory beside its bytes. */
const ITEM_BYTES = 64
const CHECKPOINTS_PER_RECORD = 1000

/** Everything the embedded state holds. Knows no files and no clock. */
export class Memory {
  readonly lanes = new Map<string, Lane>()
  readonly #values = new Values()
  #untilSweep = 1000

  /** Applies a record. Throws when it is none: then the file was written by something else. */
  apply<Name extends Change>(operation: Operation<Name>): Outcome<Name> {
    const [name, ...args] = operation
    if (!CHANGES.includes(name)) throw new Error(`unknown record ${String(name)}`)
    return (this[name] as (...args: unknown[]) => Outcome<Name>)(...args)
  }

  lane(name: string): Lane {
    const known = this.lanes.get(name)
    if (known) return known
    const lane = new Lane()
    this.lanes.set(name, lane)
    return lane
  }

  append(lane: string, sequence: number, entry: Uint8Array, weight: number): 'appended' | 'known' {
    return this.lane(lane).append(sequence, entry, weight)
  }

  grant(lane: string, fence: number): void {
    this.lane(lane).fence = fence
  }

  commit(lane: string, cursor: number, checkpoints: (readonly [string, Uint8Array | null])[]): void {
    this.lane(lane).commit(cursor, checkpoints)
  }

  set(key: string, value: Uint8Array, until: number | null, now: number): void {
    this.#untilSweep -= 1
    if (this.#untilSweep <= 0) this.#sweep(now)
    this.#values.set(key, { value, until })
  }

  claim(key: string, value: Uint8Array, until: number | null, now: number): Uint8Array {
    const there = this.get(key, now)
    if (there) return there
    this.set(key, value, until, now)
    return value
  }

  delete(key: string): void {
    this.#values.delete(key)
  }

  get(key: string, now: number): Uint8Array | undefined {
    return this.#values.get(key, now)
  }

  list(prefix: string, now: number): Map<string, Uint8Array> {
    return this.#values.list(prefix, now)
  }

  /** Bytes that a snapshot would take, about. */
  get bytes(): number {
    let bytes = this.#values.bytes + this.#values.size * ITEM_BYTES
    for (const lane of this.lanes.values())
      bytes += lane.logBytes + lane.checkpointBytes + (lane.log.length + lane.checkpoints.size + 1) * ITEM_BYTES
    return bytes
  }

  /** The operations that make this state anew, taken at once, so that what changes later is not in it. */
  dump(now: number): Operation[] {
    this.#sweep(now)
    const operations: Operation[] = []
    for (const [name, lane] of this.lanes) {
      if (lane.fence > 0) operations.push(['grant', name, lane.fence])
      if (lane.cursor !== undefined) {
        const checkpoints = [...lane.checkpoints]
        for (let i = 0; i === 0 || i < checkpoints.length; i += CHECKPOINTS_PER_RECORD)
          operations.push(['commit', name, lane.cursor, checkpoints.slice(i, i + CHECKPOINTS_PER_RECORD)])
      }
      for (const { sequence, entry, weight } of lane.log) operations.push(['append', name, sequence, entry, weight])
    }
    for (const [key, { value, until }] of this.#values.all()) operations.push(['set', key, value, until, now])
    return operations
  }

  /** Now and then, so that values nobody asks for again do not stay: its cost is spread over the values set since the last. */
  #sweep(now: number): void {
    this.#values.sweep(now)
    this.#untilSweep = Math.max(1000, this.#values.size)
  }
}
