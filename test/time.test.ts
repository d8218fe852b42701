/** Time on the page, in a real browser: handles of the range, what is new in it, and live that can be paused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser, openTab } from './support/browser.ts'
import { picture, pictures } from './support/pictures.ts'
import { cannotCapture, eventually, type Server, startServerWith } from './support/server.ts'
import { openShop, type Shop } from './support/shop.ts'

if (noBrowser) console.error(`time: ${noBrowser}`)

describe.skipIf(noBrowser)('a range', () => {
  let shop: Shop
  let tab: Tab
  beforeAll(async () => {
    shop = await openShop()
    tab = await shop.open('/?q=protocol:http')
  }, 120_000)
  afterAll(() => shop?.close())
  const span = () => {
    const { searchParams } = new URL(tab.url())
    return [searchParams.get('from'), searchParams.get('to')].map((text) => Date.parse(text ?? ''))
  }

  it('has its errors called new where there were none before', async () => {
    const errors = tab.getByRole('region', { name: 'New errors' })
    await errors.getByText(/POST \/charges at 127\.0\.0\.14 503/).waitFor()
    // In its second half the same error is not new.
    const [first, last] = await shop.server
      .find('protocol=http status=503')
      .then(({ items }) => [items.at(-1)!, items[0]].map((call) => Date.parse(call['@timestamp'])))
    await tab.goto(`${shop.server.url}/?q=protocol:http&from=${last - 1000}&to=${last + 500}`)
    expect(first).toBeLessThan(last - 1000)
    await tab.locator('.totals .bad').waitFor()
    await eventually(async () => ((await errors.getByText('503').count()) === 0 ? true : undefined))
    await tab.goto(`${shop.server.url}/?q=protocol:http`)
  })

  it('is narrowed by dragging its handle, and by keys', async () => {
    const start = tab.getByRole('button', { name: /^Start of the range/ })
    const box = (await start.boundingBox())!
    await tab.mouse.move(box.x + 12, box.y + 40)
    await tab.mouse.down()
    await tab.mouse.move(box.x + 412, box.y + 40, { steps: 5 })
    await picture(tab, 'handle')
    await tab.mouse.up()
    await eventually(async () => (Number.isNaN(span()[0]) ? undefined : true))
    const [from, to] = span()
    expect(to - from).toBeGreaterThan(2000)
    expect(to - from).toBeLessThan(3200)
    await tab.getByRole('button', { name: /^End of the range/ }).focus()
    await tab.keyboard.press('ArrowLeft')
    await eventually(async () => (span()[1] < to ? true : undefined))
    expect(span()[0]).toBe(from)
    // Outwards it grows again.
    const again = (await start.boundingBox())!
    await tab.mouse.move(again.x + 12, again.y + 40)
    await tab.mouse.down()
    await tab.mouse.move(2, again.y + 40, { steps: 3 })
    await tab.mouse.up()
    await eventually(async () => (span()[0] < from ? true : undefined))
  })

  it('has nothing that axe finds', async () => {
    await tab.getByRole('separator', { name: 'Height of the overview' }).focus()
    for (let i = 0; i < 8; i++) await tab.keyboard.press('ArrowDown')
    await pictures(tab, 'range')
    expect(await faultsOf(tab, 'body')).toEqual([])
  })
  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})

const left = noBrowser ?? cannotCapture()
if (left) console.error(`time, live: ${left}`)

describe.skipIf(left)('live', () => {
  let folder: string
  let browser: Browser
  let server: Server
  const errors: string[] = []
  let backend: HttpServer
  let tab: Tab
  const call = (path: string) => fetch(`http://127.0.0.1:${(backend.address() as AddressInfo).port}${path}`).then((answer) => answer.text())
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-time-'))
    browser = await openBrowser()
    backend = createServer((_request, response) => response.end('ok'))
    await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve))
    server = await startServerWith(
      { SPIDER_STATUS_INTERVAL: '1s' },
      folder,
      '--interface',
      'lo',
      '--filter',
      `tcp port ${(backend.address() as AddressInfo).port}`,
    )
    await eventually(async () => {
      await call('/first')
      return (await server.find('path:/first', 0)).total > 0 || undefined
    })
    tab = await openTab(browser, `${server.url}/?live=15m`, errors)
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await server.stop()
    backend.close()
    rmSync(folder, { recursive: true })
  })
  const row = (path: string) => tab.getByRole('row').filter({ hasText: path })

  it('stands still while paused, and goes on with what waited', async () => {
    await row('/first').first().waitFor()
    await tab.getByRole('button', { name: 'Pause' }).click()
    const span = await tab.locator('.range .span').textContent()
    await call('/second')
    await tab.getByRole('button', { name: /1 new call/ }).waitFor()
    expect(await row('/second').count()).toBe(0)
    expect(await tab.locator('.range .span').textContent()).toBe(span)
    await tab.getByRole('button', { name: 'Pause' }).click()
    await row('/second').first().waitFor()
  })

  it('shows how its agents did', async () => {
    await tab.getByRole('button', { name: /^Agents/ }).click()
    await tab.getByRole('img', { name: /^Captured in the last hour/ }).waitFor()
    await picture(tab, 'agents')
    expect(await faultsOf(tab, '.popover-panel')).toEqual([])
  })
  it('did all this without an error', () => expect(errors).toEqual([]))
})
