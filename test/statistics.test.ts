/** Figures of the calls in a browser: groups, endpoints, the latency map, and what they are held against. */
import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import type { Server } from './support/server.ts'
import { openShop, type Shop } from './support/shop.ts'

if (noBrowser) console.error(`statistics: ${noBrowser}`)

interface Answer {
  groups: { key: (string | number)[]; count: number }[]
}

describe.skipIf(noBrowser)('the statistics', () => {
  let shop: Shop
  let server: Server
  let tab: Tab

  const view = () => tab.locator('.statistics')
  const table = (name: string | RegExp) => view().getByRole('table', { name })
  const rows = (name: string | RegExp) => table(name).locator('tbody tr')
  const place = (name: string) => new URL(tab.url()).searchParams.get(name)
  const accessible = async () => expect(await faultsOf(tab, '.statistics')).toEqual([])
  const shot = (name: string) => pictures(tab, name)
  const open = (query: Record<string, string> = {}) =>
    tab.goto(`${server.url}/?${new URLSearchParams({ upper: 'none', lower: 'statistics', ...query })}`)

  beforeAll(async () => {
    shop = await openShop({ width: 1500, height: 950 })
    server = shop.server
    tab = await shop.open()
  }, 120_000)
  afterAll(() => shop?.close())

  it('count and measure by any fields, as the store says, sorted by it', async () => {
    await open({ 'statistics.by': 'url.domain,status_class' })
    const { groups } = await server.get<Answer>('/api/v1/aggregate?by=url.domain,status_class&metrics=p99&sort=-p99')
    await rows(/^Calls by/)
      .first()
      .waitFor()
    expect(await rows(/^Calls by/).count()).toBe(groups.length)
    await table(/^Calls by/)
      .getByRole('button', { name: 'p99' })
      .click()
    await expect.poll(() => place('statistics.sort')).toBe('-p99')
    await expect
      .poll(async () =>
        (
          await rows(/^Calls by/)
            .first()
            .locator('.value-text')
            .allTextContents()
        ).join(),
      )
      .toBe(groups[0].key.join())
    await view()
      .getByRole('img', { name: /over time/ })
      .waitFor()
    await view().getByLabel('Figure of the chart').selectOption('p99')
    await view().getByLabel('Moving window').selectOption('5')
    expect([place('statistics.measure'), place('statistics.window')]).toEqual(['p99', '5'])
    await accessible()
    await shot('statistics')
    await view().getByLabel('Field 2 to group by').selectOption('')
    await expect.poll(() => place('statistics.by')).toBe('url.domain')
  })

  it('narrow by a row', async () => {
    const row = rows(/^Calls by/).first()
    const host = (await row.locator('.value-text').first().textContent())!
    await row.locator('.value').first().hover()
    await row.getByRole('button', { name: 'Only calls like this' }).first().click()
    await expect.poll(() => place('q')).toBe(`host:${host}`)
    await expect.poll(() => rows(/^Calls by/).count()).toBe(1)
  })

  it('beside another filter', async () => {
    await open({ 'statistics.by': 'url.domain' })
    await view().getByLabel('Beside: another filter').fill('status:5xx')
    await view().getByLabel('Beside: another filter').press('Enter')
    await expect.poll(() => place('statistics.filter')).toBe('status:5xx')
    await table(/^Calls by/)
      .getByRole('columnheader', { name: 'Calls, status:5xx' })
      .waitFor()
    const { groups } = await server.get<Answer>('/api/v1/aggregate?by=url.domain&q=status:5xx')
    for (const { key, count } of groups) {
      const row = rows(/^Calls by/).filter({ hasText: String(key[0]) })
      await expect.poll(() => row.locator('.against').first().textContent()).toMatch(new RegExp(`^${count} ?$`))
    }
    await accessible()
    await shot('beside')
    await view().getByLabel('Beside: another stretch').selectOption('span')
    await expect.poll(() => place('statistics.ago')).toBe('span')
  })

  it('find endpoints by the templates of their paths, and by rules', async () => {
    await open({ 'statistics.show': 'endpoints' })
    const products = rows('Endpoints').filter({ hasText: '/api/products/{id}' })
    await products.first().waitFor()
    const { total } = await server.find('method:GET path:/api/products/*', 0)
    expect(await products.first().locator('td').nth(4).textContent()).toBe(String(total))
    await view().getByText('Templates of paths', { exact: true }).click()
    await view().getByLabel('Templates of paths, one a line').fill('/api/{kind}/{number}')
    await rows('Endpoints').filter({ hasText: '/api/{kind}/{number}' }).first().waitFor()
    await accessible()
    await shot('endpoints')
    await view().getByLabel('Templates of paths, one a line').fill('')
  })

  it('show durations over time, and go to what is marked there', async () => {
    await open({ 'statistics.show': 'heat' })
    const map = view().getByRole('img', { name: /^Durations over time: 18\d calls/ })
    await map.waitFor()
    await accessible()
    await shot('heat')
    const { x, y, width, height } = (await map.boundingBox())!
    await tab.mouse.move(x + width * 0.4, y + height * 0.05)
    await tab.mouse.down()
    await tab.mouse.move(x + width * 0.8, y + height * 0.5, { steps: 5 })
    await tab.mouse.up()
    await expect.poll(() => place('q')).toMatch(/^duration>=.* duration<|^duration:/)
    expect(place('from')).not.toBe(null)
  })

  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})
