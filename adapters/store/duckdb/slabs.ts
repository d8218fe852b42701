const SLAB_BYTES = 4 << 20
const MOST_FREE = 8

/** Buffers used again and again: fresh memory of this size costs more, in page faults, than what is written into it. */
export class Slabs {
  readonly #free: Buffer[] = []

  take(atLeast: number): Buffer {
    const fits = atLeast <= SLAB_BYTES ? this.#free.pop() : undefined
    return fits ?? Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, atLeast))
  }

  give(slab: Buffer): void {
    if (slab.length === SLAB_BYTES && this.#free.length < MOST_FREE) this.#free.push(slab)
  }
}
