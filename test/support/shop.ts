import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { openBrowser, openTab } from './browser.ts'
import { eventually, type Server, startServer } from './server.ts'
import { lines } from './spider.ts'

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url))

/** What the shop did when it was recorded, a call of HTTP each: what the page must show. */
export const truth = lines<{ status: number; method: string }>(readFileSync(fixture('shop.truth.jsonl'), 'utf8'))
export const having = (fits: (call: (typeof truth)[number]) => boolean): number => truth.filter(fits).length

/** Calls of all protocols in the recording. */
const CALLS = 183

export interface Shop {
  server: Server
  /** What went wrong in its tabs. */
  errors: string[]
  /** A tab of its own context, at a path with its query; without one, at nothing yet. */
  open(path?: string): Promise<Page>
  close(): Promise<void>
}

/** A Spider that has read the recorded traffic of the shop, and a browser to look at it. */
export async function openShop(viewport?: { width: number; height: number }): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'spider-shop-'))
  const errors: string[] = []
  const server = await startServer(join(folder, 'data'), '--no-capture', fixture('shop.pcap.gz'))
  await eventually(async () => (await server.find('capture:complete', 0)).total === CALLS || undefined)
  const browser = await openBrowser()
  return {
    server,
    errors,
    open: (path) => openTab(browser, path === undefined ? 'about:blank' : server.url + path, errors, viewport),
    async close() {
      await browser.close()
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
}
