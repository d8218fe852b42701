/** Makes the pictures of docs/ from the real page: the demo under load for a while, each view in light and in dark colours. Needs Chromium and root, which captures and takes secrets. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { FILTER } from '../demo/places.ts'
import { pause } from '../demo/service.ts'
import { openBrowser } from '../test/support/browser.ts'
import { startServer } from '../test/support/server.ts'

const UNDER_LOAD_MS = 60_000
/** Figures come after the first answer, and names find their places. */
const SETTLED_MS = 2500

const data = mkdtempSync(join(tmpdir(), 'screenshots-'))
const server = await startServer(data, '--demo', '--interface', 'lo', '--filter', FILTER)
await pause(UNDER_LOAD_MS)
const [order] = (await server.find('path=/api/orders status=201', 20)).items
const [charge] = (await server.find('protocol:http host:bank.shop.test', 20)).items
const end = Date.now()
const stretch = (from: number, to: number) => ({
  from: new Date(end - from * 1000).toISOString(),
  to: new Date(end - to * 1000).toISOString(),
})

/** The query of each picture. */
const VIEWS: Record<string, Record<string, string>> = {
  dashboard: { ...stretch(50, 5), upper: 'dashboard', top: '460', lower: 'none' },
  map: { ...stretch(50, 5), upper: 'map', lower: 'none' },
  compare: { ...stretch(25, 5), upper: 'map', lower: 'none', 'map.with': 'before' },
  grid: { ...stretch(50, 5), upper: 'none', lower: 'grid', q: 'not protocol:dns' },
  call: { ...stretch(50, 5), upper: 'none', call: order.event.id },
  session: { ...stretch(50, 5), upper: 'none', call: charge.event.id, tab: 'session' },
  packets: { ...stretch(50, 5), upper: 'none', call: order.event.id, tab: 'packets' },
  sequence: { ...stretch(8, 5), upper: 'none', lower: 'sequence', q: 'not protocol:dns' },
  waterfall: { ...stretch(8, 5), upper: 'none', lower: 'waterfall', q: 'not protocol:dns' },
  statistics: { ...stretch(50, 5), upper: 'none', lower: 'statistics' },
  latency: { ...stretch(50, 5), upper: 'none', lower: 'statistics', 'statistics.show': 'heat' },
  network: { ...stretch(50, 5), upper: 'none', lower: 'network' },
}

const browser = await openBrowser()
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
const picture = async (query: Record<string, string>, file: string): Promise<void> => {
  await page.goto(`${server.url}/?${new URLSearchParams(query)}`)
  await page.waitForTimeout(SETTLED_MS)
  await page
    .getByText(/^Reading .*…$/)
    .first()
    .waitFor({ state: 'detached' })
  await page.screenshot({ path: fileURLToPath(new URL(`../docs/${file}.png`, import.meta.url)) })
}
try {
  await picture({ live: '1m', call: order.event.id }, 'screenshot')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [name, query] of Object.entries(VIEWS)) await picture(query, `views/${name}-${colorScheme}`)
  }
} finally {
  await browser.close()
  await server.stop()
  rmSync(data, { recursive: true })
}
