import { type Dirent, existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CaptureRefused } from '#adapters/capture/port.ts'
import { Spool } from './spool.ts'

/** An owner on another host that has not been heard of for so long (ms) is taken for dead. */
const SILENT = 60_000
const OWNER = 'owner.json'

/** A folder of spools: each start of an agent has one of its own, and takes over those whose owners are dead. */
export class Spools {
  readonly own: Spool
  /** Spools of earlier starts. */
  readonly orphans: Spool[]
  #owned: string[]

  constructor(folder: string, agent: string) {
    const orphans = list(folder)
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join(folder, name))
      .filter(isOrphan)
    const own = join(folder, agent)
    this.#owned = [own, ...orphans]
    for (const path of this.#owned) claim(path)
    this.own = new Spool(own)
    this.orphans = orphans.map((path) => new Spool(path))
  }

  /** Bytes on disk. */
  get bytes(): number {
    return [this.own, ...this.orphans].reduce((sum, spool) => sum + spool.bytes, 0)
  }

  /** Says that the owner lives. */
  touch(): void {
    const now = new Date()
    for (const path of this.#owned) if (existsSync(join(path, OWNER))) utimesSync(join(path, OWNER), now, now)
  }

  close(): void {
    for (const spool of [this.own, ...this.orphans]) spool.close()
  }
}

/** What is in the folder, made if need be. Throws `CaptureRefused`. */
const list = (folder: string): Dirent[] => {
  try {
    mkdirSync(folder, { recursive: true })
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    throw new CaptureRefused(`the spool ${folder} cannot be used: ${(error as Error).message}`)
  }
}

const claim = (path: string): void => {
  mkdirSync(path, { recursive: true })
  writeFileSync(join(path, OWNER), JSON.stringify({ host: hostname(), pid: process.pid }))
}

const isOrphan = (path: string): boolean => {
  const file = join(path, OWNER)
  if (!existsSync(file)) return readdirSync(path).some((name) => name.endsWith('.spool'))
  const { host, pid } = readOwner(file)
  if (host !== hostname()) return Date.now() - statSync(file).mtimeMs > SILENT
  // In a container every start may have the same number.
  return pid === process.pid || !isAlive(pid)
}

const readOwner = (file: string): { host: string; pid: number } => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { host: string; pid: number }
  } catch (error) {
    // Cut while it was written: its owner is dead.
    if (error instanceof SyntaxError) return { host: hostname(), pid: process.pid }
    throw error
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
