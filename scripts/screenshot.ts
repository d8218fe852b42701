/** Makes docs/screenshot.png from the real page: the demo under load for half a minute, an order opened. Needs Chromium and the right to capture. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pause } from '../demo/service.ts'
import { openBrowser } from '../test/support/browser.ts'
import { startServer } from '../test/support/server.ts'

const [out = fileURLToPath(new URL('../docs/screenshot.png', import.meta.url))] = process.argv.slice(2)
const data = mkdtempSync(join(tmpdir(), 'screenshot-'))
const server = await startServer(data, '--demo', '--interface', 'lo', '--filter', 'net 127.0.0.8/29')
await pause(30_000)
const [order] = (await server.find('path=/api/orders status=201', 20)).items
const browser = await openBrowser()
const tab = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
await tab.goto(`${server.url}/?${new URLSearchParams({ live: '1m', call: order.event.id })}`)
await pause(3000)
await tab.screenshot({ path: out })
await browser.close()
await server.stop()
rmSync(data, { recursive: true })
