import type { LogEntry } from '../port.ts'

interface WeighedEntry extends LogEntry {
  weight: number
}

/** Place of the first entry whose sequence is above `after`. */
function placeAfter(log: readonly LogEntry[], after: number): number {
  let low = 0
  let high = log.length
  if (high > 0 && log[high - 1].sequence <= after) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if (log[middle].sequence <= after) low = middle + 1
    else high = middle
  }
  return low
}

/** One lane: its log in order of sequence, its cursor, its checkpoints, and the count of its holders. */
export class Lane {
  log: WeighedEntry[] = []
  cursor: number | undefined
  fence = 0
  readonly checkpoints = new Map<string, Uint8Array>()
  /** Bytes of the entries in the log, and what they weigh with what they refer to. */
  logBytes = 0
  logWeight = 0
  /** Bytes of the checkpoints. */
  checkpointBytes = 0

  knows(sequence: number): boolean {
    if (this.cursor !== undefined && sequence <= this.cursor) return true
    const before = this.log[placeAfter(this.log, sequence) - 1]
    return before?.sequence === sequence
  }

  append(sequence: number, entry: Uint8Array, weight: number): 'appended' | 'known' {
    if (this.knows(sequence)) return 'known'
    const place = placeAfter(this.log, sequence)
    if (place === this.log.length) this.log.push({ sequence, entry, weight })
    else this.log.splice(place, 0, { sequence, entry, weight })
    this.logBytes += entry.length
    this.logWeight += weight
    return 'appended'
  }

  read(after: number, most: number): LogEntry[] {
    const place = placeAfter(this.log, after)
    return this.log.slice(place, place + most).map(({ sequence, entry }) => ({ sequence, entry }))
  }

  commit(cursor: number, checkpoints: Iterable<readonly [string, Uint8Array | null]>): void {
    this.cursor = cursor
    for (const done of this.log.splice(0, placeAfter(this.log, cursor))) {
      this.logBytes -= done.entry.length
      this.logWeight -= done.weight
    }
    for (const [name, bytes] of checkpoints) {
      this.checkpointBytes += (bytes?.length ?? 0) - (this.checkpoints.get(name)?.length ?? 0)
      if (bytes === null) this.checkpoints.delete(name)
      else this.checkpoints.set(name, bytes)
    }
  }
}
