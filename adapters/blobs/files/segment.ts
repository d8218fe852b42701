import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/** Before each blob in a segment: its length and CRC-32, 32 bits each, little endian. */
export const HEAD = 8

export function headOf(bytes: Uint8Array): Buffer {
  const head = Buffer.allocUnsafe(HEAD)
  head.writeUInt32LE(bytes.length, 0)
  head.writeUInt32LE(crc32(bytes), 4)
  return head
}

interface Write {
  head: Buffer
  bytes: Uint8Array
  resolve: (offset: number) => void
  reject: (error: Error) => void
}

/** One write may hold so many bytes, or a single blob that is larger. */
const BATCH_BYTES = 8 << 20

/** The growing end of one file. Blobs that come while a write is under way are written together by the next. */
export class Segment {
  readonly path: string
  readonly name: string
  readonly #lend: <T>(work: (handle: FileHandle) => Promise<T>) => Promise<T>
  readonly #sync: boolean
  #end = 0
  #coming = 0
  #waiting: Write[] = []
  #writing: Promise<void> | undefined

  constructor(path: string, name: string, options: { lend: <T>(work: (handle: FileHandle) => Promise<T>) => Promise<T>; sync: boolean }) {
    this.path = path
    this.name = name
    this.#lend = options.lend
    this.#sync = options.sync
  }

  /** Bytes it holds, or will when what waits is written. */
  get size(): number {
    return this.#end + this.#coming
  }

  /** Answers the blob's offset once it is kept. The bytes must not change until then. */
  put(head: Buffer, bytes: Uint8Array): Promise<number> {
    this.#coming += HEAD + bytes.length
    return new Promise((resolve, reject) => {
      this.#waiting.push({ head, bytes, resolve, reject })
      this.#writing ??= Promise.resolve().then(() => this.#writeAll())
    })
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch()
      const bytes = batch.reduce((sum, write) => sum + HEAD + write.bytes.length, 0)
      this.#coming -= bytes
      try {
        await this.#lend((handle) => this.#writeBatch(handle, batch, bytes))
        for (const { bytes, resolve } of batch) {
          resolve(this.#end)
          this.#end += HEAD + bytes.length
        }
      } catch (error) {
        // What was written of them is overwritten by the next: no reference leads there.
        for (const { reject } of batch) reject(error as Error)
      }
    }
    this.#writing = undefined
  }

  #takeBatch(): Write[] {
    let bytes = 0
    let count = 0
    while (count < this.#waiting.length && (count === 0 || bytes + this.#waiting[count].bytes.length <= BATCH_BYTES))
      bytes += this.#waiting[count++].bytes.length
    return this.#waiting.splice(0, count)
  }

  async #writeBatch(handle: FileHandle, batch: Write[], bytes: number): Promise<void> {
    let parts: Uint8Array[] = batch.flatMap((write) => [write.head, write.bytes])
    let done = 0
    while (done < bytes) {
      const { bytesWritten } = await handle.writev(parts, this.#end + done)
      done += bytesWritten
      // A write may take only a part, as at the end of a full disk: the rest then says why.
      if (done < bytes) parts = [Buffer.concat(parts).subarray(bytesWritten)]
    }
    if (this.#sync) await handle.datasync()
  }
}
