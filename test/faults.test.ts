/** The page when things go wrong, in a real browser: a server that is gone, ranges of nothing, others at the same time, bodies that mean harm. */
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTILE } from './support/answers.ts'
import { noBrowser, openBrowser, openTab } from './support/browser.ts'
import { writeOneCall } from './support/one-call.ts'
import { eventually, type Server, startServer } from './support/server.ts'
import { having, openShop, type Shop, truth } from './support/shop.ts'
import { startSpider } from './support/spider.ts'

if (noBrowser) console.error(`faults: ${noBrowser}`)

const shows = (tab: Tab, calls: number) =>
  tab
    .getByLabel('Calls in this range')
    .filter({ hasText: new RegExp(`^${calls}$`) })
    .waitFor()

describe.skipIf(noBrowser)('at the same time', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  }, 120_000)
  afterAll(() => shop?.close())

  it('two people, and two tabs of one of them, each see what they asked for', async () => {
    const failing = having(({ status }) => status >= 500)
    const written = having(({ method }) => method === 'POST')
    const mine = await shop.open('/?q=protocol:http')
    const theirs = await shop.open('/?q=protocol:http+status:5xx')
    const second = await mine.context().newPage()
    await second.goto(`${shop.server.url}/?q=protocol:http+method:POST`)
    for (const [tab, calls] of [
      [mine, truth.length],
      [theirs, failing],
      [second, written],
    ] as const)
      await shows(tab, calls)

    const filter = theirs.getByRole('textbox', { name: 'Filter' })
    await filter.fill('protocol:http method:GET')
    await filter.press('Enter')
    await shows(
      theirs,
      having(({ method }) => method === 'GET'),
    )
    await second.locator('.grid-row').first().click()
    await second.locator('.details').waitFor()
    await mine.reload()
    await shows(mine, truth.length)
    await shows(second, written)
    expect(await mine.locator('.details').count()).toBe(0)
    expect(await theirs.locator('.details').count()).toBe(0)
    await theirs.goBack()
    await shows(theirs, failing)
    for (const tab of [mine, theirs, second]) await tab.close()
  })

  it('a range of nothing says so, and leads to what there is', async () => {
    const tab = await shop.open('/?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z&q=protocol:http+status:5xx')
    const list = tab.locator('.no-rows')
    await list.getByText('No call in this range fits the filter.').waitFor()
    await list.getByRole('button', { name: 'Clear the filter' }).click()
    await list.getByText('No call in this range.').waitFor()
    await list.getByRole('button', { name: 'Show everything captured' }).click()
    await shows(tab, (await shop.server.find('', 0)).total)
    await tab.close()
  })

  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})

describe.skipIf(noBrowser)('without its server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spider-gone-'))
  const errors: string[] = []
  let server: Server
  let again: ReturnType<typeof startSpider> | undefined
  let browser: Browser
  let tab: Tab
  const file = join(folder, 'one.pcap')
  beforeAll(async () => {
    const body = Buffer.from('hello')
    writeOneCall(file, Date.UTC(2026, 0, 5), Buffer.from('GET /hello HTTP/1.1\r\nHost: a.example\r\n\r\n'), [
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`),
      body,
    ])
    server = await startServer(join(folder, 'data'), '--no-capture', file)
    await eventually(async () => (await server.find('capture:complete', 0)).total === 1 || undefined)
    browser = await openBrowser()
    tab = await openTab(browser, server.url, errors)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    if (again) {
      const ended = new Promise((resolve) => again!.once('close', resolve))
      again.kill()
      await ended
    } else await server?.stop()
    rmSync(folder, { recursive: true })
  })

  it('the page says so, tries again, and loses nothing that was typed', async () => {
    await shows(tab, 1)
    // What shows the body cannot be had, and comes later.
    await tab.route(/code-editor/, (route) => route.abort())
    await tab.locator('.grid-row').first().click()
    await tab.locator('.details').getByText('colours, folding and search come when the server is back').waitFor()
    await tab.locator('.details pre').filter({ hasText: 'hello' }).waitFor()
    await tab.unrouteAll()
    const filter = tab.getByRole('textbox', { name: 'Filter' })
    await filter.fill('path:/hello status:2xx')
    await server.stop()
    const gone = tab.getByRole('alert').filter({ hasText: "Spider's server does not answer" })
    await gone.waitFor()
    await gone.getByText(/Trying/).waitFor()
    // What is asked now is not answered, and not forgotten.
    await filter.press('Enter')
    expect(await filter.textContent()).toBe('path:/hello status:2xx')
    await shows(tab, 1)
    // A part of the page that is wanted only now cannot be had: that is said where it would stand.
    await tab.getByRole('tab', { name: 'Statistics' }).click()
    const missing = tab.locator('.panel-lower').getByRole('alert').filter({ hasText: 'could not be loaded' })
    await missing.waitFor()
    await missing.getByRole('button', { name: 'Try again' }).click()
    await filter.fill('path:/hello status:2xx method:GET')
    const { port } = new URL(server.url)
    again = startSpider(['start', '--data', join(folder, 'data'), '--port', port, '--no-capture'])
    await gone.waitFor({ state: 'detached', timeout: 60_000 })
    await tab.locator('.details .cm-content').waitFor()
    await missing.waitFor({ state: 'detached' })
    await tab.getByRole('region', { name: 'Statistics' }).waitFor()
    await tab.getByRole('tab', { name: 'Calls', exact: true }).click()
    expect(await filter.textContent()).toBe('path:/hello status:2xx method:GET')
    await filter.press('Enter')
    await expect.poll(() => new URL(tab.url()).searchParams.get('q')).toContain('method:GET')
    await shows(tab, 1)
    expect(await tab.locator('.details').count()).toBe(1)
    expect(errors).toEqual([])
  })
})

describe.skipIf(noBrowser)('a body of 100 MB that means harm', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spider-huge-'))
  const errors: string[] = []
  const trapped: string[] = []
  const trap = createServer((socket) => {
    trapped.push('a connection')
    socket.on('error', () => undefined)
    socket.destroy()
  })
  const SIZE = 100 << 20
  let server: Server
  let browser: Browser
  let tab: Tab
  beforeAll(async () => {
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    const hostile = Buffer.from(HOSTILE(`http://127.0.0.1:${(trap.address() as AddressInfo).port}`))
    const filling = Buffer.alloc(1 << 20, '<script>top.stolen = 1</script><p>more</p>\n')
    const file = join(folder, 'huge.pcap')
    writeOneCall(file, Date.UTC(2026, 0, 5), Buffer.from('GET /huge HTTP/1.1\r\nHost: a.example\r\n\r\n'), [
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${SIZE}\r\n\r\n`),
      hostile,
      ...Array.from({ length: 99 }, () => filling),
      Buffer.alloc(SIZE - hostile.length - 99 * filling.length, 'x'),
    ])
    server = await startServer(join(folder, 'data'), '--no-capture', file)
    const id = await eventually(async () => (await server.find('path=/huge capture=complete', 1)).items[0]?.event.id, 60_000)
    browser = await openBrowser()
    tab = await openTab(browser, `${server.url}/?${new URLSearchParams({ call: id, tab: 'response' })}`, errors)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    trap.close()
    rmSync(folder, { recursive: true })
  })

  it('is shown in part, as text and as a page, with its size, and nothing of it runs or loads', async () => {
    const panel = tab.locator('.details').getByRole('tabpanel')
    await panel.getByText(/10[45](\.\d)? MB · only its beginning was kept/).waitFor()
    await panel.getByRole('button', { name: 'Page' }).click()
    await tab.frameLocator('iframe').getByText('Harmless after all').waitFor()
    const [download] = await Promise.all([tab.waitForEvent('download'), panel.getByRole('link', { name: 'Download' }).click()])
    expect(await download.failure()).toBe(null)
    await tab.waitForTimeout(1000)
    expect(trapped).toEqual([])
    expect(await tab.evaluate('"stolen" in window')).toBe(false)
    expect(errors).toEqual([])
  })
})
