import type { Family } from '#events/documents/families.ts'
import { LINES_PER_BLOCK } from './blocks.ts'

/** Documents of one team and family, as JSON lines, gathered into blocks. */
export class Batch {
  readonly family: Family
  readonly team: string
  /** Each of LINES_PER_BLOCK lines with their ends, but for the last. */
  readonly blocks: Buffer[] = []
  bytes = 0
  #lines: string[] = []

  constructor(family: Family, team: string) {
    this.family = family
    this.team = team
  }

  add(line: string): void {
    this.bytes += line.length
    if (this.#lines.push(line) === LINES_PER_BLOCK) this.close()
  }

  /** The lines so far become a block. */
  close(): void {
    if (this.#lines.length === 0) return
    this.#lines.push('') // every line has its end
    this.blocks.push(Buffer.from(this.#lines.join('\n')))
    this.#lines = []
  }
}

/** Batches that are to be written in one transaction. */
export class Batches {
  readonly #batches = new Map<string, Batch>()
  bytes = 0

  add(team: string, family: Family, lines: readonly string[]): void {
    const key = `${family} ${team}`
    let batch = this.#batches.get(key)
    if (batch === undefined) {
      batch = new Batch(family, team)
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
