/** Memory of the page while it is live, by hand: `node bench/page-memory.ts [minutes]`. The demo is the load; each line is what is left after a collection. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FILTER } from '../demo/places.ts'
import { openBrowser, openTab } from '../test/support/browser.ts'
import { startServer } from '../test/support/server.ts'

const minutes = Number(process.argv[2] ?? 60)
const EVERY_MS = 30_000
const folder = mkdtempSync(join(tmpdir(), 'bench-page-'))
const server = await startServer(folder, '--demo', '--interface', 'lo', '--filter', FILTER)
const browser = await openBrowser()
try {
  const page = await openTab(browser, `${server.url}/?live=5m`, [])
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const began = Date.now()
  while (Date.now() < began + minutes * 60_000) {
    await page.waitForTimeout(EVERY_MS)
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0
    const { total } = await server.find('', 0)
    console.log(
      `${((Date.now() - began) / 60_000).toFixed(1)} min: ${(of('JSHeapUsedSize') / 2 ** 20).toFixed(1)} MB of heap, ${of('Nodes')} nodes, ${of('JSEventListeners')} listeners; ${total} calls`,
    )
  }
} finally {
  await browser.close()
  await server.stop()
  rmSync(folder, { recursive: true })
}
