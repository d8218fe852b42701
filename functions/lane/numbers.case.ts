import type { LoggedWork } from './drain.ts'

/** Work for tests of lanes: each entry is a number; the checkpoint is all that were settled, and `sink` is what lasts beyond it. */
export class Numbers implements LoggedWork {
  readonly #seen: number[]
  readonly #sink: string[]
  /** Called before an entry is done, and before settling. */
  before: (what: number | 'settle') => Promise<void> = async () => undefined

  constructor(checkpoints: ReadonlyMap<string, Uint8Array>, sink: string[]) {
    const saved = checkpoints.get('seen')
    this.#seen = saved ? [...saved] : []
    this.#sink = sink
  }

  get seen(): readonly number[] {
    return this.#seen
  }

  async process(sequence: number, entry: Uint8Array): Promise<void> {
    await this.before(sequence)
    this.#seen.push(entry[0])
    this.#sink.push(String(entry[0]))
  }

  lost(from: number, to: number): void {
    this.#sink.push(`lost ${from}-${to}`)
  }

  async settle(): Promise<ReadonlyMap<string, Uint8Array | null>> {
    await this.before('settle')
    return new Map([['seen', Uint8Array.from(this.#seen)]])
  }
}
