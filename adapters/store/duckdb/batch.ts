import type { Family } from '#events/documents/families.ts'
import { LINES_PER_BLOCK } from './blocks.ts'
import type { Slabs } from './slabs.ts'

const NEWLINE = 10

/** Documents of one team and family, as JSON lines in UTF-8, gathered into blocks. */
export class Batch {
  readonly family: Family
  readonly team: string
  /** Each of LINES_PER_BLOCK lines with their ends, the last one of fewer. Views of slabs: gone after `release`. */
  readonly blocks: Buffer[] = []
  /** The same bytes in fewer pieces. */
  readonly pieces: Buffer[] = []
  bytes = 0
  count = 0
  readonly #slabs: Slabs
  readonly #taken: Buffer[] = []
  #slab: Buffer
  #pieceStart = 0
  #blockStart = 0
  #end = 0
  #lines = 0

  constructor(family: Family, team: string, slabs: Slabs) {
    this.family = family
    this.team = team
    this.#slabs = slabs
    this.#slab = this.#take(0)
  }

  add(line: string): void {
    const most = line.length * 3 + 1
    if (this.#end + most > this.#slab.length) this.#moveToNextSlab(most)
    const start = this.#end
    this.#end += this.#slab.write(line, this.#end)
    this.#slab[this.#end++] = NEWLINE
    this.bytes += this.#end - start
    this.count++
    if (++this.#lines === LINES_PER_BLOCK) this.#closeBlock()
  }

  /** Nothing is added any more. */
  close(): void {
    if (this.#lines > 0) this.#closeBlock()
    this.#closePiece()
  }

  /** The memory is used for something else from here on. */
  release(): void {
    for (const slab of this.#taken) this.#slabs.give(slab)
  }

  #take(atLeast: number): Buffer {
    const slab = this.#slabs.take(atLeast)
    this.#taken.push(slab)
    return slab
  }

  /** The block that has begun goes along, since a block is in one piece. */
  #moveToNextSlab(needed: number): void {
    this.#closePiece()
    const begun = this.#slab.subarray(this.#blockStart, this.#end)
    this.#slab = this.#take(begun.length + needed)
    begun.copy(this.#slab)
    this.#pieceStart = this.#blockStart = 0
    this.#end = begun.length
  }

  #closeBlock(): void {
    this.blocks.push(this.#slab.subarray(this.#blockStart, this.#end))
    this.#blockStart = this.#end
    this.#lines = 0
  }

  #closePiece(): void {
    if (this.#blockStart > this.#pieceStart) this.pieces.push(this.#slab.subarray(this.#pieceStart, this.#blockStart))
    this.#pieceStart = this.#blockStart
  }
}

/** Batches that are to be written in one transaction. */
export class Batches {
  readonly #batches = new Map<string, Batch>()
  readonly #slabs: Slabs
  bytes = 0

  constructor(slabs: Slabs) {
    this.#slabs = slabs
  }

  add(team: string, family: Family, lines: readonly string[]): void {
    const key = `${family} ${team}`
    let batch = this.#batches.get(key)
    if (batch === undefined) {
      batch = new Batch(family, team, this.#slabs)
      this.#batches.set(key, batch)
    }
    const before = batch.bytes
    for (const line of lines) batch.add(line)
    this.bytes += batch.bytes - before
  }

  /** All of them, ready to be written: nothing is added any more. */
  close(): Batch[] {
    for (const batch of this.#batches.values()) batch.close()
    return [...this.#batches.values()]
  }
}
