import { closeSync, type Dirent, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type KeyLogLine, KeyLogReader } from '#engines/tls/keylog.ts'

interface Log {
  read: number
  reader: KeyLogReader
}

const EVERY = 300
const PIECE = 1 << 20
/** What is read of one file in one turn. */
const MOST = 4 << 20
/** Files of one folder that are looked at. */
const MOST_FILES = 4096

/** Folders into which programs write key logs themselves: what is added to their files is told, also what was there at the start. */
export class KeyLogs {
  readonly #folders: readonly string[]
  readonly #line: (line: KeyLogLine) => void
  readonly #wrong: (message: string) => void
  /** By what a file is, not by its name: one that is renamed goes on. */
  #logs = new Map<string, Log>()
  readonly #timer: NodeJS.Timeout

  /** @param wrong told what cannot be read. */
  constructor(folders: readonly string[], line: (line: KeyLogLine) => void, wrong: (message: string) => void) {
    this.#folders = folders
    this.#line = line
    this.#wrong = wrong
    this.#timer = setInterval(() => this.look(), EVERY)
    this.look()
  }

  /** Reads what was added. */
  look(): void {
    const before = this.#logs
    this.#logs = new Map()
    for (const folder of this.#folders) {
      const files = this.#try(folder, () => readdirSync(folder, { withFileTypes: true }).filter((entry: Dirent) => entry.isFile())) ?? []
      if (files.length > MOST_FILES) this.#wrong(`${folder} has ${files.length} files: key logs are read of ${MOST_FILES}; remove old ones`)
      for (const { name } of files.slice(0, MOST_FILES)) {
        const path = join(folder, name)
        this.#try(path, () => this.#read(path, before))
      }
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.look()
  }

  #try<Result>(path: string, work: () => Result): Result | undefined {
    try {
      return work()
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      // A file may be gone by the time it is looked at; a folder should not.
      if (code !== 'ENOENT' || this.#folders.includes(path)) this.#wrong(`the key logs in ${path} cannot be read: ${message}`)
      return undefined
    }
  }

  #read(path: string, before: ReadonlyMap<string, Log>): void {
    const { dev, ino, birthtimeMs, size } = statSync(path)
    // The number of a file that was removed is given to the next one.
    const key = `${dev} ${ino} ${birthtimeMs}`
    let log = before.get(key)
    // Emptied: from its beginning.
    if (!log || size < log.read) log = { read: 0, reader: this.#reader(path) }
    this.#logs.set(key, log)
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
