/** What stands for a name or a value that an index names and nobody has seen. A question mark is not allowed in a header's name. */
export const NOT_KNOWN = '?'
/** RFC 7541 section 4.1. */
export const ENTRY_OVERHEAD = 32
/** RFC 9113 section 6.5.2: SETTINGS_HEADER_TABLE_SIZE, unless it is changed. */
const INITIAL_SIZE = 4096
/** Kept of a table however large its two ends make it: what is older is not known any more. */
const LARGEST_SIZE = 256 * 1024

export interface SavedTable {
  /** Name, value, …, the oldest first. */
  entries: string[]
  most: number
  whole: boolean
}

/**
 * A dynamic table (RFC 7541 section 2.3.2) as the two ends have it, as far as it is known. Indices count from the newest entry, so what
 * was inserted before our eyes is found again also when nobody knows what lies behind it.
 */
export class DynamicTable {
  /** Name, value, name, value …, the oldest first; those before `first` are evicted. */
  private entries: string[] = []
  private first = 0
  private size = 0
  private most = INITIAL_SIZE
  /** Nothing lies behind the known entries. */
  private whole = true

  /** Index in `entries` of the name; -1 when the entry exists for all we know, -2 when there is no such entry. */
  find(index: number): number {
    const at = this.entries.length - 2 * (index + 1)
    if (at >= this.first) return at
    return this.whole ? -2 : -1
  }

  name(at: number): string {
    return at < 0 ? NOT_KNOWN : this.entries[at]
  }

  value(at: number): string {
    return at < 0 ? NOT_KNOWN : this.entries[at + 1]
  }

  /** Section 4.4. An entry larger than the table empties it. */
  insert(name: string, value: string): void {
    this.entries.push(name, value)
    this.size += name.length + value.length + ENTRY_OVERHEAD
    this.evict()
  }

  /** Section 6.3. */
  resize(most: number): void {
    if (most > LARGEST_SIZE) this.whole = false
    this.most = Math.min(most, LARGEST_SIZE)
    if (most === 0) this.whole = true
    this.evict()
  }

  /** Bytes were lost: entries may have been inserted, and evicted, that nobody saw, and its size may have changed. */
  forget(): void {
    this.entries = []
    this.first = 0
    this.size = 0
    this.most = LARGEST_SIZE
    this.whole = false
  }

  private evict(): void {
    const { entries } = this
    while (this.size > this.most) {
      this.size -= entries[this.first].length + entries[this.first + 1].length + ENTRY_OVERHEAD
      this.first += 2
      if (this.most < LARGEST_SIZE) this.whole = true
    }
    if (this.first > 128 && this.first > entries.length / 2) {
      this.entries = entries.slice(this.first)
      this.first = 0
    }
  }

  save(): SavedTable {
    return { entries: this.entries.slice(this.first), most: this.most, whole: this.whole }
  }

  load({ entries, most, whole }: SavedTable): void {
    this.entries = [...entries]
    this.first = 0
    this.size = 0
    for (const text of entries) this.size += text.length + ENTRY_OVERHEAD / 2
    this.most = most
    this.whole = whole
  }
}
