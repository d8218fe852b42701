import { LIMITS } from './limits.ts'
import type { Column } from './unit.ts'

/** A statement that was prepared, as far as it is known. */
export interface Statement {
  id: number
  text: string
  cut: boolean
  /** OIDs of its parameters' types. */
  types: number[]
  columns: Column[] | undefined
}

/** A statement with its parameters, ready to be run. */
export interface Portal {
  id: number
  statement: string
  text: string | undefined
  cut: boolean
  parameters: (string | null)[]
  formats: boolean[]
  columns: Column[] | undefined
}

/** What names stand for: a bounded number of them, the one that was named longest ago is forgotten first. */
export class Names<T extends { id: number }> {
  /** One was forgotten. */
  forgot = false
  private readonly known = new Map<string, T>()
  private readonly sizeOf: (value: T) => number
  private size = 0

  constructor(sizeOf: (value: T) => number) {
    this.sizeOf = sizeOf
  }

  get(name: string): T | undefined {
    return this.known.get(name)
  }

  /** What the name stood for when it had this id, if it still does. */
  same(name: string, id: number): T | undefined {
    const value = this.known.get(name)
    return value?.id === id ? value : undefined
  }

  set(name: string, value: T): void {
    this.delete(name)
    this.known.set(name, value)
    this.size += name.length + this.sizeOf(value)
    while (this.known.size > LIMITS.names || (this.size > LIMITS.texts && this.known.size > 1)) {
      this.delete(this.known.keys().next().value as string)
      this.forgot = true
    }
  }

  delete(name: string): void {
    const before = this.known.get(name)
    if (before === undefined) return
    this.known.delete(name)
    this.size -= name.length + this.sizeOf(before)
  }

  clear(): void {
    this.known.clear()
    this.size = 0
  }

  save(): { forgot: boolean; known: [string, T][] } {
    return { forgot: this.forgot, known: [...this.known].map(([name, value]) => [name, { ...value }]) }
  }

  load({ forgot, known }: { forgot: boolean; known: [string, T][] }): void {
    for (const [name, value] of known) this.set(name, { ...value })
    this.forgot = forgot
  }
}
