export interface Value {
  value: Uint8Array
  /** ms since 1970; null for ever. */
  until: number | null
}

const lives = (value: Value, now: number): boolean => value.until === null || value.until > now

/** Values by key. Keys that are alike up to their first slash lie together, so that a list looks at no others. */
export class Values {
  readonly #spaces = new Map<string, Map<string, Value>>()
  size = 0
  /** Bytes of all values. */
  bytes = 0

  set(key: string, value: Value): void {
    this.delete(key)
    const name = spaceOf(key)
    const space = this.#spaces.get(name) ?? new Map<string, Value>()
    this.#spaces.set(name, space.set(key, value))
    this.size++
    this.bytes += value.value.length
  }

  get(key: string, now: number): Uint8Array | undefined {
    const found = this.#spaces.get(spaceOf(key))?.get(key)
    return found && lives(found, now) ? found.value : undefined
  }

  delete(key: string): void {
    const name = spaceOf(key)
    const space = this.#spaces.get(name)
    const found = space?.get(key)
    if (!space || !found) return
    space.delete(key)
    if (space.size === 0) this.#spaces.delete(name)
    this.size--
    this.bytes -= found.value.length
  }

  list(prefix: string, now: number): Map<string, Uint8Array> {
    const found = new Map<string, Uint8Array>()
    const spaces = prefix.includes('/') ? [this.#spaces.get(spaceOf(prefix)) ?? new Map<string, Value>()] : this.#spaces.values()
    for (const space of spaces)
      for (const [key, entry] of space) if (key.startsWith(prefix) && lives(entry, now)) found.set(key, entry.value)
    return found
  }

  sweep(now: number): void {
    for (const [key, value] of [...this.all()]) if (!lives(value, now)) this.delete(key)
  }

  *all(): IterableIterator<[string, Value]> {
    for (const space of this.#spaces.values()) yield* space
  }
}

const spaceOf = (key: string): string => {
  const slash = key.indexOf('/')
  return slash < 0 ? '' : key.slice(0, slash)
}
