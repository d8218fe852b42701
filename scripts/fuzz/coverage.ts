import { Session } from 'node:inspector'

/** Which ranges of the engines' code run, by V8's own counters. */
export class Coverage {
  private readonly session = new Session()
  private readonly seen = new Set<string>()

  start(): void {
    this.session.connect()
    this.session.post('Profiler.enable')
    this.session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  /** The ranges that ran since this was asked last. */
  private take(): string[] {
    const ran: string[] = []
    this.session.post('Profiler.takePreciseCoverage', (error, { result }) => {
      if (error !== null) throw error
      for (const { url, scriptId, functions } of result) {
        if (!url.includes('/engines/')) continue
        for (const { ranges } of functions)
          for (const { startOffset, endOffset, count } of ranges) if (count > 0) ran.push(`${scriptId} ${startOffset} ${endOffset}`)
      }
    })
    return ran
  }

  /** Those of `inputs`, all of which have just run, that made code run which never ran before. They run once more, if any did. */
  reachingFarther(inputs: readonly Uint8Array[], run: (input: Uint8Array) => void): Uint8Array[] {
    const wanted = new Set(this.take().filter((range) => !this.seen.has(range)))
    return inputs.filter((input) => {
      if (wanted.size === 0) return false
      run(input)
      let farther = false
      for (const range of this.take()) {
        if (!wanted.delete(range)) continue
        this.seen.add(range)
        farther = true
      }
      return farther
    })
  }

  stop(): void {
    this.session.disconnect()
  }

  get ranges(): number {
    return this.seen.size
  }
}
