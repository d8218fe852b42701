/** Remembers what was told of the last sessions, so that none is told twice but with more secrets. */
export class ToldOnce {
  readonly #sessions = new Map<string, number>()
  readonly #most: number

  constructor(most = 100_000) {
    this.#most = most
  }

  /** Whether a session with so many secrets is news. */
  isNews(clientRandom: string, secrets: number): boolean {
    if ((this.#sessions.get(clientRandom) ?? 0) >= secrets) return false
    this.#sessions.delete(clientRandom)
    this.#sessions.set(clientRandom, secrets)
    if (this.#sessions.size > this.#most) this.#sessions.delete(this.#sessions.keys().next().value as string)
    return true
  }
}
