import { closeSync, existsSync, fstatSync, openSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { BpfError, Refused } from './bpf/libbpf.ts'
import { Elf } from './elf/elf.ts'
import { type Identity, identify } from './identify.ts'
import type { Kernel } from './kernel.ts'
import { LayoutCache } from './learn/cache.ts'
import type { Subject } from './learn/helper.ts'
import type { Kind, Layout } from './learn/layout.ts'
import { learn } from './learn/learn.ts'
import { NotFound } from './learn/search.ts'
import { isForeign, type Mapping, mappingsOf } from './processes.ts'

/** A file with a TLS library in it, and how far Gocipher is with it. */
export interface Library {
  /** Its number in the kernel. */
  number: number
  key: string
  path: string
  identity: Identity
  state: 'learning' | 'ready' | 'refused'
  reason?: string
  foreign: boolean
  /** How often what was read of it did hold together, and how often not. */
  good: number
  bad: number
}

/** The kernel has places for so many (secrets.bpf.c). */
const MOST = 255
/** Sessions that do not hold together, none that does: what was learned is wrong. */
const DOUBT = 5
/** How long (ms) a program may be about to load what it needs. */
const LOADING = 2000
const LOOK_AGAIN = 50

/** The files with TLS libraries that were met: each is attached to once, for all processes that use it. */
export class Libraries {
  readonly #kernel: Kernel
  readonly #cache: LayoutCache
  readonly #pointers = new Map<number, Set<number>>()
  /** Every file that was looked at; undefined: no TLS in it. */
  readonly #files = new Map<string, Library | undefined>()
  readonly #numbers = new Map<number, Library>()
  readonly #learning = new Set<Promise<void>>()

  constructor(kernel: Kernel, cache: string) {
    this.#kernel = kernel
    this.#cache = new LayoutCache(cache)
  }

  /** The libraries among files, as far as they have any. */
  get all(): Library[] {
    return [...this.#files.values()].filter((library) => library !== undefined)
  }

  of(number: number): Library | undefined {
    return this.#numbers.get(number)
  }

  /** Whether this file was looked at, and has no TLS in it. */
  isUseless(key: string): boolean {
    return this.#files.has(key) && this.#files.get(key) === undefined
  }

  /** A structure that a helper handed to a library. */
  point(number: number, structure: number): void {
    this.#pointers.get(number)?.add(structure)
  }

  /** The library in this file of a process, looked at when it is new. */
  meet(pid: number, mapping: Mapping): Library | undefined {
    if (!this.#files.has(mapping.key)) this.#files.set(mapping.key, this.#examine(pid, mapping))
    return this.#files.get(mapping.key)
  }

  /** What was read of it holds together, or does not: then it is learned anew. */
  judge(library: Library, holds: boolean): void {
    if (holds) library.good++
    else library.bad++
    if (holds || library.good > 0 || library.bad < DOUBT || library.state !== 'ready') return
    library.state = 'refused'
    library.reason = 'what is read of it does not hold together'
    this.#kernel.mute(library.number)
  }

  /** Resolves when nothing is being learned. */
  async settled(): Promise<void> {
    while (this.#learning.size > 0) await Promise.all(this.#learning)
  }

  /** Lets go of files of containers that no process uses any more. */
  async forget(used: ReadonlySet<string>): Promise<void> {
    const gone = this.all.filter(({ key, foreign, state }) => foreign && state !== 'learning' && !used.has(key))
    for (const { key, number } of gone) {
      this.#files.delete(key)
      this.#numbers.delete(number)
    }
    await this.#kernel.detach(...gone.map(({ number }) => number))
  }

  #examine(pid: number, mapping: Mapping): Library | undefined {
    const fd = openMapped(pid, mapping)
    if (fd === undefined) return undefined
    let keep = false
    try {
      const identity = identify(fd, mapping.path)
      if (!identity) return undefined
      const library = this.#library(mapping, identity, isForeign(pid))
      if (library.state === 'refused') return library
      this.#numbers.set(library.number, library)
      this.#kernel.attach(library.number, `/proc/self/fd/${fd}`, identity.probes)
      keep = this.#begin(library, pid, fd)
      return library
    } catch (error) {
      if (!(error instanceof Refused || error instanceof BpfError)) throw error
      return {
        ...this.#library(mapping, { kind: 'unknown', buildId: undefined, probes: [] }, false),
        state: 'refused',
        reason: error.message,
      }
    } finally {
      if (!keep) closeSync(fd)
    }
  }

  #library({ key, path }: Mapping, identity: Identity, foreign: boolean): Library {
    const number = Array.from({ length: MOST }, (_, index) => index + 1).find((each) => !this.#numbers.has(each))
    const reason =
      identity.reason ?? (number === undefined ? `${MOST} libraries are attached to, more than that is not foreseen` : undefined)
    const common = { number: number ?? 0, key, path, identity, foreign, good: 0, bad: 0 }
    return reason === undefined ? { ...common, state: 'learning' } : { ...common, state: 'refused', reason }
  }

  /** Takes what is known of this build, or begins to learn it. Answers whether the file stays open. */
  #begin(library: Library, pid: number, fd: number): boolean {
    const { buildId, kind } = library.identity
    if (kind === 'go') {
      library.state = 'ready'
      return false
    }
    const layout = buildId === undefined ? undefined : this.#cache.read(buildId)
    if (layout) {
      this.#use(library, layout)
      return false
    }
    const learning = this.#learn(library, pid, fd).finally(() => this.#learning.delete(learning))
    this.#learning.add(learning)
    return true
  }

  #use(library: Library, layout: Layout): void {
    this.#kernel.use(library.number, layout)
    library.state = 'ready'
  }

  async #learn(library: Library, pid: number, fd: number): Promise<void> {
    const fds = [fd]
    this.#pointers.set(library.number, new Set())
    try {
      const subject = await subjectOf(library, pid, fds)
      const layout = await learn(this.#kernel, library.number, subject, (number) => this.#pointers.get(number) ?? new Set())
      if (library.identity.buildId !== undefined) this.#cache.write(library.identity.buildId, layout)
      this.#use(library, layout)
    } catch (error) {
      library.state = 'refused'
      library.reason = (error as Error).message
      await this.#kernel.detach(library.number)
    } finally {
      this.#pointers.delete(library.number)
      for (const each of fds) closeSync(each)
    }
  }
}

export const kindOf = ({ identity }: Library): Kind => (identity.kind === 'gnutls' ? 'gnutls' : 'openssl')

/** Name and build id, as secrets say where they are from. */
export const nameOf = ({ path, identity }: Library): string =>
  identity.buildId === undefined ? basename(path) : `${basename(path)} ${identity.buildId}`

/** What a helper is given. Files that are opened for it are added to `fds`. */
async function subjectOf({ identity, path, foreign }: Library, pid: number, fds: number[]): Promise<Subject> {
  if (identity.kind === 'node') return { kind: 'node', executable: path.replace(/ \(deleted\)$/, ''), namespace: foreign ? pid : undefined }
  if (identity.kind === 'gnutls') return { kind: 'gnutls', files: fds, foreign }
  const fd = await openCrypto(path, pid, new Elf(fds[0]).needed.find((name) => name.startsWith('libcrypto')) ?? 'libcrypto.so')
  if (fd === undefined) throw new NotFound('its libcrypto was not found, neither among what the process has mapped nor beside it')
  fds.unshift(fd)
  return { kind: 'openssl', files: fds, foreign }
}

/** The libcrypto that goes with a libssl: what the process has mapped, which may come a moment later, or the file beside it. */
async function openCrypto(path: string, pid: number, name: string): Promise<number | undefined> {
  for (const end = performance.now() + LOADING; ; await setTimeout(LOOK_AGAIN)) {
    const mapped = mappingsOf(pid).find((mapping) => basename(mapping.path) === name || basename(mapping.path).startsWith(`${name}.`))
    if (mapped) return openMapped(pid, mapped)
    const beside = join(dirname(path), name)
    if (!isForeign(pid) && existsSync(beside)) return openSync(beside, 'r')
    if (performance.now() > end) return undefined
  }
}

/** Opens a file that a process has mapped; undefined when the process is gone, or may not be looked into. */
function openMapped(pid: number, { key, path, range }: Mapping): number | undefined {
  const inode = Number(key.slice(key.lastIndexOf(':') + 1))
  for (const place of [`/proc/${pid}/map_files/${range}`, `/proc/${pid}/root${path}`, path]) {
    try {
      const fd = openSync(place, 'r')
      if (fstatSync(fd).ino === inode) return fd
      closeSync(fd)
    } catch {
      // The next place is tried.
    }
  }
  return undefined
}
