import type { Family } from '#events/documents/families.ts'
import { InvalidDocument, StoreUnavailable } from '../port.ts'
import { type Batch, Batches } from './batch.ts'
import { LARGEST_DOCUMENT } from './columns.ts'
import type { Database } from './database.ts'
import { isFatal, storeError } from './errors.ts'
import { Slabs } from './slabs.ts'
import type { Slices } from './slices.ts'
import { writeBatch } from './write.ts'

/** What is gathered before it is written without being asked to, in bytes. */
const WRITE_AT = 24 << 20
/** What may wait; then `save` waits too. */
const MOST_WAITING = 64 << 20

/** Gathers documents and writes them, one transaction at a time. Whoever flushes while one is under way shares the next one. */
export class Writer {
  readonly #database: Database
  readonly #slices: Slices
  readonly #slabs = new Slabs()
  #gathering = new Batches(this.#slabs)
  /** Closed and not yet durable: after a failure they are tried again. */
  #waiting: Batch[] = []
  #nextBlock: number
  #running: Promise<void> = Promise.resolve()
  #scheduled: Promise<void> | undefined
  /** A fatal error happened, and the database could not be opened again yet. */
  #broken = false
  /** What went wrong for good since the last flush. */
  #complaint: unknown
  /** Why the last transaction failed, until one succeeds. */
  trouble: StoreUnavailable | undefined

  constructor(database: Database, slices: Slices, nextBlock: number) {
    this.#database = database
    this.#slices = slices
    this.#nextBlock = nextBlock
  }

  async save(team: string, family: Family, lines: readonly string[]): Promise<void> {
    if (this.#waitingBytes() > MOST_WAITING) await this.#writeSoon()
    this.#gathering.add(team, family, this.#withoutHuge(lines))
    if (this.#gathering.bytes < WRITE_AT) return
    const written = this.#writeSoon()
    if (this.#waitingBytes() > 0) await written
    else written.catch(leaveToFlush)
  }

  /** Resolves when everything saved before is durable. */
  async flush(): Promise<void> {
    await this.#writeSoon()
    const complaint = this.#complaint
    this.#complaint = undefined
    if (complaint !== undefined) throw complaint
  }

  /** Runs `work` when no transaction is under way. */
  exclusively(work: () => Promise<void>): Promise<void> {
    const result = this.#running.then(work)
    this.#running = result.catch(leaveToFlush)
    return result
  }

  #writeSoon(): Promise<void> {
    this.#scheduled ??= this.exclusively(() => {
      this.#scheduled = undefined
      return this.#write()
    })
    return this.#scheduled
  }

  #waitingBytes(): number {
    return this.#waiting.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  async #write(): Promise<void> {
    this.#waiting.push(...this.#gathering.close())
    this.#gathering = new Batches(this.#slabs)
    if (this.#waiting.length === 0) return
    try {
      if (this.#broken) await this.#restart()
      await this.#transact(this.#waiting)
      this.trouble = undefined
      this.#letGo()
    } catch (error) {
      await this.#undo(error)
      const meaning = storeError(error, this.#database.directory)
      if (meaning instanceof StoreUnavailable) {
        this.trouble = meaning
        throw meaning
      }
      this.#letGo() // trying again would fail again, and keep out everything after it
      this.#complaint = meaning
    }
  }

  async #undo(error: unknown): Promise<void> {
    this.#broken ||= isFatal(error)
    if (this.#broken) await this.#restart().catch(leaveToFlush)
    else await this.#database.writer.run('ROLLBACK').catch(nothingBegun)
  }

  async #restart(): Promise<void> {
    await this.#database.restart()
    this.#broken = false
  }

  #letGo(): void {
    for (const batch of this.#waiting) batch.release()
    this.#waiting = []
  }

  async #transact(batches: readonly Batch[]): Promise<void> {
    const slices = this.#slices.copy()
    let unreadable = 0
    const { writer, incoming } = this.#database
    await writer.run('BEGIN')
    for (const batch of batches) {
      unreadable += await writeBatch(writer, slices, incoming, batch, this.#nextBlock)
      this.#nextBlock += batch.blocks.length
    }
    await writer.run('COMMIT')
    this.#slices.become(slices)
    if (unreadable > 0)
      this.#complaint = new InvalidDocument(`${unreadable} documents were not JSON with an event.id and a @timestamp, and were left out`)
  }

  #withoutHuge(lines: readonly string[]): readonly string[] {
    if (!lines.some(isHuge)) return lines
    const kept = lines.filter((line) => !isHuge(line))
    this.#complaint = new InvalidDocument(
      `${lines.length - kept.length} documents were longer than ${MOST_CHARACTERS} characters, and were left out`,
    )
    return kept
  }
}

/** A character is three bytes at most. */
const MOST_CHARACTERS = Math.floor(LARGEST_DOCUMENT / 3)
const isHuge = (line: string): boolean => line.length > MOST_CHARACTERS

/** The one who flushes is told; its documents still wait, and the next flush meets them. */
const leaveToFlush = (): void => undefined

/** After some failures DuckDB has rolled back itself. */
const nothingBegun = (): void => undefined
