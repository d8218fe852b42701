import { type FileHandle, open, truncate } from 'node:fs/promises'
import { StateUnavailable } from '../port.ts'
import { UnusableDirectory } from './directory.ts'
import { listFiles, pathOf, removeOlder, syncDirectory, tryWriting, writeFully, writeWhole } from './files.ts'
import { frame, readFrames } from './frames.ts'

export interface JournalOptions {
  directory: string
  /** When a write counts as done: handed to the operating system, or on the disk. */
  sync: 'os' | 'disk'
  /** The journals may grow to this, or to what is live if that is more, before a snapshot replaces them. */
  compactBytes: number
  log: (line: string) => void
}

/** What the journal speaks of: asked when a snapshot is due. */
export interface Live {
  bytes(): number
  /** The records that make the state anew, taken at once. */
  records(): Iterable<Uint8Array>
}

/** Told when its record is kept (no error) or is not. */
type Settle = (error?: StateUnavailable) => void

const BATCH_BYTES = 4 << 20
const SNAPSHOT_CHUNK = 1 << 20

/**
 * Records in files, in order. Those that come while a write is under way are written together by the next one,
 * so the cost of a write (and of a sync) is shared by all who wait for it.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly #live: Live
  #file: FileHandle
  #number: number
  /** Where the next record goes in the newest file. */
  #end: number
  /** Bytes in journals that the newest snapshot does not hold. */
  #sinceSnapshot: number
  /** Size of the journals at which a snapshot is tried again after one failed. */
  #notBefore = 0
  #waiting: { bytes: Uint8Array; settle: Settle }[] = []
  #writing: Promise<void> | undefined
  #compacting: Promise<void> | undefined
  /** The newest file may hold a piece of a record that was answered as failed. */
  #torn = false

  private constructor(options: JournalOptions, live: Live, file: FileHandle, at: { number: number; end: number; sinceSnapshot: number }) {
    this.#options = options
    this.#live = live
    this.#file = file
    this.#number = at.number
    this.#end = at.end
    this.#sinceSnapshot = at.sinceSnapshot
  }

  /** Plays what is there, cuts a torn end, and goes on behind it. Throws `UnusableDirectory` when a file is damaged elsewhere. */
  static async open(options: JournalOptions, live: Live, play: (payload: Uint8Array) => void): Promise<Journal> {
    const { directory } = options
    const { snapshot, journals } = await listFiles(directory)
    await removeOlder(directory, snapshot ?? 0)
    if (snapshot !== undefined) await playFile(pathOf(directory, snapshot, 'snapshot'), play)
    let end = 0
    let sinceSnapshot = 0
    for (const number of journals) {
      const path = pathOf(directory, number, 'journal')
      end = await playFile(path, play, number === journals.at(-1) ? options.log : undefined)
      sinceSnapshot += end
    }
    const number = journals.at(-1) ?? snapshot ?? 1
    const file = await open(pathOf(directory, number, 'journal'), journals.length > 0 ? 'r+' : 'w')
    await syncDirectory(directory)
    return new Journal(options, live, file, { number, end, sinceSnapshot })
  }

  /** Keeps a record; `settle` is called once it is kept, in the order of the calls, before anything later is written. */
  write(payload: Uint8Array, settle: Settle): void {
    this.#waiting.push({ bytes: frame(payload), settle })
    this.#writing ??= Promise.resolve().then(() => this.#writeAll())
  }

  /** Throws `StateUnavailable` when nothing more would be kept now. */
  async health(): Promise<void> {
    const { directory } = this.#options
    await tryWriting(directory).catch((error: Error) => Promise.reject(unavailable(directory, error)))
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#compacting
    await this.#file.close()
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      const error = await this.#writeBatch(batch.map((record) => record.bytes))
      for (const { settle } of batch) settle(error)
      if (!error) await this.#compactWhenDue()
    }
    this.#writing = undefined
  }

  #takeBatch() {
    let bytes = 0
    let count = 0
    while (count < this.#waiting.length && bytes < BATCH_BYTES) bytes += this.#waiting[count++].bytes.length
    return this.#waiting.splice(0, count)
  }

  async #writeBatch(records: Uint8Array[]): Promise<StateUnavailable | undefined> {
    const bytes = records.length === 1 ? records[0] : Buffer.concat(records)
    try {
      if (this.#torn) await this.#file.truncate(this.#end)
      this.#torn = true
      await writeFully(this.#file, bytes, this.#end)
      if (this.#options.sync === 'disk') await this.#file.datasync()
      this.#torn = false
    } catch (error) {
      // What was written of records answered as failed must not be played after a crash; the next write tries again.
      await this.#file.truncate(this.#end).then(
        () => {
          this.#torn = false
        },
        (again: Error) => this.#options.log(`the end of the journal could not be cut: ${again.message}`),
      )
      return unavailable(this.#options.directory, error as Error)
    }
    this.#end += bytes.length
    this.#sinceSnapshot += bytes.length
    return undefined
  }

  /** Begins a new journal and, beside it, the snapshot that replaces all before. Writing waits only for the file to be opened. */
  async #compactWhenDue(): Promise<void> {
    const { directory, compactBytes, log } = this.#options
    if (this.#compacting || this.#sinceSnapshot < Math.max(compactBytes, this.#notBefore)) return
    if (this.#sinceSnapshot < this.#live.bytes()) return
    try {
      const next = await open(pathOf(directory, this.#number + 1, 'journal'), 'w')
      // A journal that is not the last must be whole, also after a power cut.
      await this.#file.datasync()
      await this.#file.close()
      this.#file = next
      this.#number += 1
      this.#end = 0
      const replaced = this.#sinceSnapshot
      this.#compacting = writeSnapshot(directory, this.#number, this.#live.records()).then(
        () => {
          this.#sinceSnapshot -= replaced
          this.#notBefore = 0
        },
        (error: Error) => {
          this.#notBefore = replaced * 2
          log(unavailable(directory, error).message)
        },
      )
      void this.#compacting.then(() => {
        this.#compacting = undefined
      })
    } catch (error) {
      this.#notBefore = this.#sinceSnapshot * 2
      log(unavailable(directory, error as Error).message)
    }
  }
}

async function playFile(path: string, play: (payload: Uint8Array) => void, cut?: (line: string) => void): Promise<number> {
  const file = await open(path, 'r')
  const { end, size } = await readFrames(file, play).finally(() => file.close())
  if (end < size && !cut)
    throw new UnusableDirectory(`${path} is damaged at byte ${end} of ${size}: restore it, or move the data directory away to begin anew`)
  if (end < size) {
    await truncate(path, end)
    cut?.(`${path}: cut ${size - end} bytes of a record that a crash left unfinished`)
  }
  return end
}

async function writeSnapshot(directory: string, number: number, records: Iterable<Uint8Array>): Promise<void> {
  await writeWhole(directory, pathOf(directory, number, 'snapshot'), inChunks(records))
  await removeOlder(directory, number)
}

function* inChunks(records: Iterable<Uint8Array>): Generator<Uint8Array> {
  let chunk: Buffer[] = []
  let bytes = 0
  for (const record of records) {
    const framed = frame(record)
    chunk.push(framed)
    bytes += framed.length
    if (bytes < SNAPSHOT_CHUNK) continue
    yield Buffer.concat(chunk)
    chunk = []
    bytes = 0
  }
  yield Buffer.concat(chunk)
}

function unavailable(directory: string, error: Error): StateUnavailable {
  const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
  return new StateUnavailable(
    full
      ? `no space left for the data directory ${directory}: free some, nothing is taken until then`
      : `the data directory ${directory} cannot be written: ${error.message}`,
  )
}
