/** The page while calls pour in, in a real browser: what it shows of them, and that it counts them all. */
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser, openTab } from './support/browser.ts'
import { type Flood, openFlood } from './support/flood.ts'
import { picture } from './support/pictures.ts'

if (noBrowser) console.error(`flood: ${noBrowser}`)

const PATIENCE = { timeout: 20_000 }

describe.skipIf(noBrowser)('a flood of calls', () => {
  let flood: Flood
  let browser: Browser
  let tab: Tab
  const errors: string[] = []
  beforeAll(async () => {
    flood = await openFlood()
    browser = await openBrowser()
    tab = await openTab(browser, `${flood.url}/?live=15m`, errors)
    await flood.pour(300)
    await tab.locator('.grid-row').first().waitFor()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await flood?.close()
  })

  const counted = async () => Number((await tab.getByLabel('Calls in this range').textContent())?.replaceAll(',', ''))
  const failed = () => tab.getByRole('list', { name: 'Calls by status' }).getByRole('button', { name: /^5xx/ }).textContent()
  const inTotals = () => tab.locator('.totals div', { hasText: 'Calls' }).locator('dd').textContent()
  const topRow = () => tab.locator('.grid-row').first().getAttribute('data-key')
  const comma = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, ',')
  /** Waits until the page shows what the store has, wherever it counts. */
  const agrees = async () => {
    const [all, errors] = [await flood.stored(), await flood.stored('status:5xx')]
    await expect.poll(counted, PATIENCE).toBe(all)
    await expect.poll(failed, PATIENCE).toBe(`5xx ${comma(errors)}`)
    await expect.poll(inTotals, PATIENCE).toBe(comma(all))
  }

  it('is sampled in the list, which says so, and counted exactly', async () => {
    await agrees()
    const flowing = flood.flow(2000, 5)
    const rate = await tab.getByText(/^showing [\d,]+ of [\d,]+ calls a second$/).textContent()
    const [shown, all] = [...rate!.matchAll(/[\d,]+/g)].map(([text]) => Number(text.replaceAll(',', '')))
    expect(shown).toBeLessThan(all)
    await picture(tab, 'flood')
    expect(await faultsOf(tab, '.panel-lower')).toEqual([])
    await flowing
    await agrees()
  })

  it('is listed whole once it is over', async () => {
    await tab.getByText(/calls a second$/).waitFor({ state: 'detached' })
    const { items } = (await (await fetch(`${flood.url}/api/v1/exchanges?size=1`)).json()) as { items: { event: { id: string } }[] }
    await expect.poll(topRow, PATIENCE).toBe(items[0].event.id)
  })

  it('changes the bars and figures by what the feed tells, not by asking for all again', async () => {
    await tab.route(/histogram|aggregate/, () => undefined)
    await flood.pour(700)
    await agrees()
    await tab.unrouteAll()
  })

  it('does not move what is being read, and counts what is new meanwhile', async () => {
    await tab.locator('.grid-body').evaluate((body) => (body as unknown as { scrollTo(x: number, y: number): void }).scrollTo(0, 480))
    await expect.poll(() => tab.locator('.grid-row').first().getAttribute('aria-rowindex'), PATIENCE).not.toBe('2')
    const places = () =>
      tab
        .locator('.grid-row')
        .evaluateAll((rows) => rows.map((row) => `${(row as unknown as Row).dataset.key} ${(row as unknown as Row).style.transform}`))
    const before = await places()
    await flood.pour(1234)
    await tab.getByRole('button', { name: '1,234 new calls' }).waitFor()
    expect(await places()).toEqual(before)
    await agrees()
    await tab.getByRole('button', { name: '1,234 new calls' }).click()
    const newest = `call-${(await flood.stored()) - 1}`
    await expect
      .poll(() => tab.locator('.grid-row').evaluateAll((rows) => rows.map((row) => (row as unknown as Row).dataset.key)), PATIENCE)
      .toContain(newest)
  })

  it('waits while it is paused, and is there when it goes on', async () => {
    await tab.getByRole('button', { name: 'Pause' }).click()
    const [calls, top] = [await counted(), await topRow()]
    await flood.pour(3000)
    await tab.getByRole('button', { name: '3,000 new calls' }).waitFor()
    expect([await counted(), await topRow()]).toEqual([calls, top])
    await tab.getByRole('button', { name: 'Pause' }).click()
    await agrees()
    expect(await topRow()).not.toBe(top)
  })

  it('did all this without an error', () => expect(errors).toEqual([]))
})

interface Row {
  dataset: { key: string }
  style: { transform: string }
}
