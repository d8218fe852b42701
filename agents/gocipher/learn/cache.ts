import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Layout } from './layout.ts'

/** Raised when a layout means something else than before. */
const VERSION = 2

/** What was learned of libraries, a file for each build. */
export class LayoutCache {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = join(folder, 'layouts')
  }

  /** Undefined: nothing that can be used is known of this build. */
  read(buildId: string): Layout | undefined {
    try {
      return JSON.parse(readFileSync(this.#path(buildId), 'utf8')) as Layout
    } catch (error) {
      // Not there, or cut short: it is learned again.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return undefined
      throw error
    }
  }

  write(buildId: string, layout: Layout): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const partial = `${this.#path(buildId)}.${process.pid}`
    writeFileSync(partial, JSON.stringify(layout), { mode: 0o600 })
    renameSync(partial, this.#path(buildId))
  }

  #path(buildId: string): string {
    return join(this.#folder, `${buildId}.${process.arch}.v${VERSION}.json`)
  }
}
