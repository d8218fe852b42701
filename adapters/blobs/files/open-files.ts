import { type FileHandle, open } from 'node:fs/promises'

interface Opened {
  handle: Promise<FileHandle>
  users: number
  /** To be closed by its last user. */
  forgotten: boolean
}

/** Files kept open for the next use, at most `most` of them; those least recently used are closed first, never one in use. */
export class OpenFiles {
  readonly #opened = new Map<string, Opened>()
  readonly #waiting: (() => void)[] = []
  readonly #flags: string
  readonly #most: number
  #inUse = 0

  constructor(flags: 'r' | 'r+', most: number) {
    this.#flags = flags
    this.#most = most
  }

  /** Lends the file to `work`. Throws what opening it throws. */
  async use<T>(path: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
    while (this.#inUse >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#inUse += 1
    const file = this.#take(path)
    try {
      return await work(await file.handle)
    } finally {
      this.#inUse -= 1
      file.users -= 1
      if (file.forgotten) await closeUnused(file)
      this.#waiting.shift()?.()
    }
  }

  /** Closes a file when nobody uses it any more: its name may be used for another, or its space is wanted back. */
  async forget(path: string): Promise<void> {
    const file = this.#opened.get(path)
    if (!file) return
    this.#opened.delete(path)
    file.forgotten = true
    await closeUnused(file)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#opened.keys()].map((path) => this.forget(path)))
  }

  #take(path: string): Opened {
    const file = this.#opened.get(path) ?? { handle: open(path, this.#flags), users: 0, forgotten: false }
    // A file that could not be opened is tried anew by the next who asks.
    file.handle.catch(() => this.#opened.get(path) === file && this.#opened.delete(path))
    file.users += 1
    this.#opened.delete(path)
    this.#opened.set(path, file)
    if (this.#opened.size > this.#most) this.#closeOldest()
    return file
  }

  #closeOldest(): void {
    for (const [path, file] of this.#opened) if (file.users === 0) return void this.forget(path)
  }
}

async function closeUnused(file: Opened): Promise<void> {
  if (file.users > 0) return
  const handle = await file.handle.catch(() => undefined)
  await handle?.close()
}
