import type { Blobs } from '#adapters/blobs/port.ts'
import { formatBodyReference } from '#events/documents/body.ts'
import { compress } from '../lane/compression.ts'

const REMEMBERED = 20_000

interface Body {
  content: Uint8Array
  /** Tells equal bodies, where it is known. */
  sha256: string | undefined
}

/** Packs the bodies of many calls into one compressed block of the blob store. A body that came within the same hour is not kept twice. */
export class BodyBlock {
  readonly #blobs: Blobs
  readonly #now: () => number
  readonly #known = new Map<string, string>()
  #hour = 0

  constructor(blobs: Blobs, now: () => number) {
    this.#blobs = blobs
    this.#now = now
  }

  /** Keeps the bodies, and answers where each lies, in their order. */
  async keep(bodies: readonly Body[]): Promise<string[]> {
    this.#forgetOtherHours()
    const parts: Uint8Array[] = []
    const places = new Map<string, number>()
    let size = 0
    const found = bodies.map(({ content, sha256 }): string | { offset: number; length: number; key: string | undefined } => {
      const key = sha256 && `${sha256}/${content.length}`
      const known = key && (this.#known.get(key) ?? places.get(key))
      if (typeof known === 'string') return known
      if (typeof known === 'number') return { offset: known, length: content.length, key }
      const offset = size
      if (key) places.set(key, offset)
      parts.push(content)
      size += content.length
      return { offset, length: content.length, key }
    })
    const block = size > 0 ? await this.#blobs.put('bodies', this.#now(), await compress(Buffer.concat(parts, size))) : ''
    return found.map((place) => {
      if (typeof place === 'string') return place
      const reference = formatBodyReference({ block, offset: place.offset, length: place.length })
      if (place.key) this.#remember(place.key, reference)
      return reference
    })
  }

  /** Blocks are dropped by the hour: a reference must not outlive its block. */
  #forgetOtherHours(): void {
    const hour = Math.floor(this.#now() / 3_600_000)
    if (hour !== this.#hour) this.#known.clear()
    this.#hour = hour
  }

  #remember(key: string, reference: string): void {
    this.#known.set(key, reference)
    if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value as string)
  }
}
