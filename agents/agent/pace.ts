export interface Rhythm {
  /** While something changes, ms. */
  every: number
  /** While nothing does, ms. */
  idle: number
}

/** How often an agent says how it is. One that idles speaks seldom, so that nobody has to be there to listen. */
export class Pace {
  readonly #rhythm: Rhythm
  #told: string | undefined
  #due = 0

  constructor(rhythm: Rhythm) {
    this.#rhythm = rhythm
  }

  /** Asked every `every` ms: how soon it speaks again at the latest, ms, when these facts are to be told now; undefined when they were told, and nothing is due. */
  next(facts: unknown, now: number): number | undefined {
    const { every, idle } = this.#rhythm
    const text = JSON.stringify(facts)
    const isKnown = text === this.#told
    // Timers come late rather than early: half of a turn before it is due is the last that keeps the promise.
    if (isKnown && now < this.#due - every / 2) return undefined
    const within = isKnown ? Math.max(idle, every) : every
    this.#told = text
    this.#due = now + within
    return within
  }
}
