import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyLogLine, KeyLogReader } from '#engines/tls/keylog.ts'

interface Log {
  inode: number
  read: number
  reader: KeyLogReader
}

const EVERY = 300
const PIECE = 1 << 20
/** What is read of one file in one turn. */
const MOST = 16 << 20

/** Folders into which programs write key logs themselves: what is added to their files is told, also what was there at the start. */
export class KeyLogs {
  readonly #folders: readonly string[]
  readonly #line: (line: KeyLogLine) => void
  readonly #wrong: (message: string) => void
  readonly #logs = new Map<string, Log>()
  readonly #timer: NodeJS.Timeout

  /** @param wrong told what cannot be read, once for each file. */
  constructor(folders: readonly string[], line: (line: KeyLogLine) => void, wrong: (message: string) => void) {
    this.#folders = folders
    this.#line = line
    this.#wrong = wrong
    this.#timer = setInterval(() => this.look(), EVERY)
    this.look()
  }

  /** Reads what was added. */
  look(): void {
    for (const folder of this.#folders) {
      try {
        for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isFile()) this.#read(join(folder, entry.name))
      } catch (error) {
        this.#wrong(`the key logs in ${folder} cannot be read: ${(error as Error).message}`)
      }
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.look()
  }

  #read(path: string): void {
    const { ino, size } = statSync(path)
    let log = this.#logs.get(path)
    // Another file with its name, or emptied: from its beginning.
    if (!log || log.inode !== ino || size < log.read) {
      log = { inode: ino, read: 0, reader: this.#reader(path) }
      this.#logs.set(path, log)
    }
    if (size === log.read) return
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(Math.min(PIECE, size - log.read))
      for (let read = 0; read < MOST && log.read < size; ) {
        const now = readSync(file, bytes, 0, bytes.length, log.read)
        if (now === 0) break
        log.reader.receive(bytes, 0, now)
        log.read += now
        read += now
      }
    } finally {
      closeSync(file)
    }
  }

  #reader(path: string): KeyLogReader {
    let told = false
    return new KeyLogReader({
      line: this.#line,
      malformed: (number, reason) => {
        if (!told) this.#wrong(`${path}, line ${number}: ${reason}; the other lines are used`)
        told = true
      },
    })
  }
}
