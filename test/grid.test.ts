/** The grid of calls in a browser: its columns, its order, what is chosen, and what can be done with that. */
import { readFileSync } from 'node:fs'
import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import type { Server } from './support/server.ts'
import { openShop, type Shop } from './support/shop.ts'
import { lines } from './support/spider.ts'

if (noBrowser) console.error(`grid: ${noBrowser}`)

describe.skipIf(noBrowser)('the grid of calls', () => {
  let shop: Shop
  let server: Server
  let tab: Tab

  const rows = () => tab.locator('.grid-row')
  const texts = (column: string) => tab.locator(`.grid-row .cell-${column}`).allTextContents()
  const titles = async () => (await tab.locator('.grid-head th').allTextContents()).map((text) => text.replace(/ [▲▼]$/, ''))
  const place = (name: string) => new URL(tab.url()).searchParams.get(name)
  const accessible = async () => expect(await faultsOf(tab, 'main')).toEqual([])
  const shot = (name: string) => pictures(tab, name)

  beforeAll(async () => {
    shop = await openShop({ width: 1500, height: 950 })
    server = shop.server
    tab = await shop.open('/?upper=none')
    await rows().first().waitFor()
  }, 120_000)
  afterAll(() => shop?.close())

  it('is sorted by the store, and the link says so', async () => {
    await tab.getByRole('button', { name: 'Duration', exact: true }).click()
    await expect.poll(() => place('grid.sort')).toBe('-event.duration')
    const slowest = (await server.get<{ items: { event: { id: string } }[] }>('/api/v1/exchanges?sort=-event.duration&size=1')).items[0]
    await expect.poll(() => rows().first().getAttribute('data-key')).toBe(slowest.event.id)
    expect(await tab.locator('th[aria-sort=descending]').textContent()).toContain('Duration')
    await tab.getByRole('button', { name: 'Duration' }).click()
    await expect.poll(() => place('grid.sort')).toBe('event.duration')
    await tab.getByRole('button', { name: 'Duration' }).click()
    await expect.poll(() => place('grid.sort')).toBe(null)
  })

  it('shows the columns that are chosen, where and as wide as they are wanted, and pins them', async () => {
    await tab.getByRole('button', { name: 'Columns ▾' }).click()
    await tab.getByLabel('Find a column').fill('mime')
    await tab.getByRole('button', { name: /http.response.mime_type/ }).click()
    await tab.getByRole('button', { name: 'Hide Captured' }).click()
    await tab.getByRole('button', { name: 'Pin Status' }).click()
    await tab.getByLabel('Width of What, px').fill('400')
    await tab.getByLabel('Width of What, px').press('Enter')
    await accessible()
    await shot('columns')
    await tab.keyboard.press('Escape')
    const wanted = ['Status', 'Time', 'Action', 'Host', 'What', 'Duration', 'Size', 'Client', 'Server', 'Type']
    expect(await titles()).toEqual(wanted)
    expect(
      await tab
        .locator('.grid-row .cell-what')
        .first()
        .evaluate((cell) => (cell as unknown as { offsetWidth: number }).offsetWidth),
    ).toBe(400)
    await tab.reload()
    await rows().first().waitFor()
    expect(await titles()).toEqual(wanted)
    await tab.locator('.grid-head th', { hasText: 'Host' }).dragTo(tab.locator('.grid-head th', { hasText: 'Action' }))
    await expect.poll(titles).toEqual(['Status', 'Time', 'Host', 'Action', ...wanted.slice(4)])
    const grip = (await tab.locator('.grid-head th', { hasText: 'Host' }).locator('.grip').boundingBox())!
    await tab.mouse.move(grip.x + 3, grip.y + 8)
    await tab.mouse.down()
    await tab.mouse.move(grip.x + 63, grip.y + 8, { steps: 4 })
    await tab.mouse.up()
    await expect.poll(() => place('grid.columns')).toMatch(/^status\*,time,host:\d+,action,what:400,/)
  })

  it('chooses several by Ctrl, Shift and the keyboard, and compares them', async () => {
    await rows()
      .nth(0)
      .locator('.cell-action')
      .click({ modifiers: ['Control'] })
    await rows()
      .nth(2)
      .locator('.cell-action')
      .click({ modifiers: ['Shift'] })
    await tab.getByText('3 calls chosen').waitFor()
    await rows()
      .nth(1)
      .locator('.cell-action')
      .click({ modifiers: ['Control'] })
    await tab.getByText('2 calls chosen').waitFor()
    expect(await tab.locator('.grid-row[aria-selected=true]').count()).toBe(2)
    await accessible()
    await shot('chosen')
    await tab.getByRole('button', { name: 'Compare' }).click()
    const beside = tab.getByRole('dialog')
    await beside.getByLabel('Differences').waitFor()
    expect(await beside.getByRole('columnheader').count()).toBe(3)
    await tab.keyboard.press('Escape')
    await tab.getByRole('button', { name: 'Choose none' }).click()
    await tab.locator('.grid').focus()
    for (const key of ['ArrowDown', 'Shift+ArrowDown', 'Shift+ArrowDown']) await tab.keyboard.press(key)
    await tab.getByText('3 calls chosen').waitFor()
    await tab.keyboard.press(' ')
    await tab.getByText('2 calls chosen').waitFor()
  })

  it('exports what is chosen, else all that fit', async () => {
    const save = async (link: string) => {
      await tab.getByRole('button', { name: 'Export ▾' }).click()
      const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('link', { name: link }).click()])
      await accessible()
      if (link === 'CSV') await shot('export')
      await tab.keyboard.press('Escape')
      return readFileSync(await file.path(), 'utf8')
    }
    const chosen = await tab
      .locator('.grid-row.chosen')
      .evaluateAll((all) => all.map((row) => (row as unknown as { dataset: { key: string } }).dataset.key))
    expect(
      lines<{ event: { id: string } }>(await save('NDJSON'))
        .map(({ event }) => event.id)
        .sort(),
    ).toEqual(chosen.sort())
    await tab.getByRole('button', { name: 'Choose none' }).click()
    const { total } = await server.find('', 0)
    const csv = (await save('CSV')).trim().split('\r\n')
    expect(csv[0]).toContain('http.response.mime_type')
    expect(csv.length).toBe(total + 1)
    expect(Object.keys((JSON.parse(await save('OpenAPI')) as { paths: object }).paths)).toContain('/api/products/{id}')
    await tab.getByRole('button', { name: 'Export ▾' }).click()
    await tab.getByText('Pact: samples of them').click()
    const pact = tab.getByRole('list', { name: 'Pacts' }).getByRole('link', { name: 'orders.shop.test → payment.shop.test' })
    const [file] = await Promise.all([tab.waitForEvent('download'), pact.click()])
    expect(file.suggestedFilename()).toBe('orders.shop.test-payment.shop.test.json')
    expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toMatchObject({ metadata: { pactSpecification: { version: '3.0.0' } } })
    await accessible()
    await shot('pacts')
    await tab.keyboard.press('Escape')
    expect((JSON.parse(await save('HAR')) as { log: { entries: unknown[] } }).log.entries.length).toBe(
      (await server.find('protocol:http', 0)).total,
    )
  })

  it('goes on by cursor where it is scrolled', async () => {
    await tab.getByRole('button', { name: 'Columns ▾' }).click()
    await tab.getByRole('button', { name: 'The usual columns' }).click()
    await tab.keyboard.press('Escape')
    expect(place('grid.columns')).toBe(null)
    await tab.locator('.grid').focus()
    await tab.keyboard.press('End')
    const oldest = (await server.get<{ items: { event: { id: string } }[] }>('/api/v1/exchanges?order=oldest&size=1')).items[0]
    await expect
      .poll(async () => {
        await tab.keyboard.press('End')
        return rows().last().getAttribute('data-key')
      })
      .toBe(oldest.event.id)
    expect(await rows().count()).toBeLessThan(100)
    expect((await texts('time')).length).toBeGreaterThan(0)
  })

  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})
