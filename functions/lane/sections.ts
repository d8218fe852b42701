import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import { decompress } from './compression.ts'

/** A packet section as `ingest` kept it; undefined when the blob store has let it go. */
export async function readSection(blobs: Blobs, ref: BlobReference): Promise<Uint8Array | undefined> {
  const stored = await blobs.get(ref)
  return stored && (await decompress(stored))
}

/** Packet sections by reference: those just written from memory (within a bound), others from the blob store. */
export class SectionCache {
  readonly #blobs: Blobs
  readonly #limit: number
  readonly #recent = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(blobs: Blobs, limitBytes = 64 << 20) {
    this.#blobs = blobs
    this.#limit = limitBytes
  }

  put(ref: string, section: Uint8Array): void {
    this.#recent.set(ref, section)
    this.#bytes += section.length
    for (const [oldest, bytes] of this.#recent) {
      if (this.#bytes <= this.#limit) break
      this.#recent.delete(oldest)
      this.#bytes -= bytes.length
    }
  }

  /** The section, and out of the cache: it is read once. Undefined when the blob store has let it go. */
  async take(ref: string): Promise<Uint8Array | undefined> {
    const recent = this.#recent.get(ref)
    if (recent) {
      this.#recent.delete(ref)
      this.#bytes -= recent.length
      return recent
    }
    return readSection(this.#blobs, ref as BlobReference)
  }
}
