/**
 * Lets what is looked at first go first. A browser has six connections to a server for all that a page asks, and the server few processors:
 * figures of a dashboard would keep the list and the bars waiting for seconds.
 */
export class Turns {
  readonly #most: number
  readonly #patience: number
  #ahead = 0
  #behind = 0
  readonly #waiting = new Set<() => void>()

  /** Of what may wait, `most` are asked at a time. What goes ahead holds it back for `patience` ms, not longer. */
  constructor(most: number, patience: number) {
    this.#most = most
    this.#patience = patience
  }

  /** Goes at once; nothing that may wait begins before it has ended. */
  async ahead<T>(work: () => Promise<T>): Promise<T> {
    this.#ahead++
    let holding = true
    const release = (): void => {
      if (holding) this.#ahead--
      holding = false
      this.#next()
    }
    const timer = setTimeout(release, this.#patience)
    try {
      return await work()
    } finally {
      clearTimeout(timer)
      release()
    }
  }

  /** Goes when it is its turn. Throws the reason of the signal when that is aborted before. */
  async behind<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#place(signal)
    try {
      signal?.throwIfAborted()
      return await work()
    } finally {
      this.#behind--
      this.#next()
    }
  }

  get #free(): boolean {
    return this.#ahead === 0 && this.#behind < this.#most
  }

  async #place(signal: AbortSignal | undefined): Promise<void> {
    if (this.#free) this.#behind++
    else
      await new Promise<void>((resolve, reject) => {
        const go = (): void => {
          signal?.removeEventListener('abort', leave)
          this.#behind++
          resolve()
        }
        const leave = (): void => {
          this.#waiting.delete(go)
          reject(signal!.reason)
        }
        signal?.addEventListener('abort', leave, { once: true })
        this.#waiting.add(go)
      })
  }

  #next(): void {
    for (const go of this.#waiting) {
      if (!this.#free) return
      this.#waiting.delete(go)
      go()
    }
  }
}
