/** What narrows and keeps what is looked at: facets, and what is saved for the team, in a real browser. */
import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import { eventually } from './support/server.ts'
import { having, openShop, type Shop, truth } from './support/shop.ts'

if (noBrowser) console.error(`narrowing: ${noBrowser}`)

describe.skipIf(noBrowser)('facets', () => {
  let shop: Shop
  let tab: Tab
  beforeAll(async () => {
    shop = await openShop()
    tab = await shop.open('/?q=protocol:http')
  }, 120_000)
  afterAll(() => shop?.close())
  const total = (calls: number, page = tab) =>
    page
      .getByLabel('Calls in this range')
      .filter({ hasText: new RegExp(`^${calls}$`) })
      .waitFor()
  const facet = (title: string) => tab.getByRole('region', { name: `Calls by ${title}` })
  const address = () => new URL(tab.url()).searchParams

  it('count the values of each field', async () => {
    await tab.getByRole('button', { name: 'Unfold: Facets' }).click()
    await facet('Status')
      .getByRole('button', { name: `5xx ${having(({ status }) => status >= 500)}` })
      .waitFor()
    await facet('Method').getByRole('button', { name: 'Method', expanded: false }).click()
    await facet('Method')
      .getByRole('button', { name: `GET ${having(({ method }) => method === 'GET')}` })
      .waitFor()
  })

  it('narrow by a click, and exclude by Alt or −', async () => {
    await facet('Method').getByRole('button', { name: /^GET/ }).click()
    await total(having(({ method }) => method === 'GET'))
    await facet('Status')
      .getByRole('button', { name: /^2xx/ })
      .click({ modifiers: ['Alt'] })
    await total(having(({ method, status }) => method === 'GET' && status >= 300))
    await tab.goBack()
    await tab.goBack()
    await total(truth.length)
    await facet('Method').getByRole('button', { name: 'Without Method GET' }).click()
    await total(having(({ method }) => method !== 'GET'))
    await tab.goBack()
  })

  it('are open again as they were, from the link', async () => {
    await tab.getByLabel('Count another field').selectOption('http.version')
    expect(address().get('facets.of')).toContain('http.request.method,http.version')
    await facet('Status').getByRole('button', { name: 'Status', expanded: true }).click()
    await tab.reload()
    await facet('http.version').getByRole('button', { name: /^1\.1/ }).first().waitFor()
    expect(await facet('Status').getByRole('listitem').count()).toBe(0)
    // Each facet asks by itself: this one may be answered last.
    await facet('Method').getByRole('listitem').nth(1).waitFor()
    expect(await facet('Method').getByRole('listitem').count()).toBeGreaterThan(1)
  })

  const menu = async (page: Tab) => {
    const list = page.getByRole('region', { name: 'Filters and views of the team' })
    if ((await list.count()) === 0) await page.getByRole('button', { name: 'Filters and views of the team' }).click()
    return list
  }

  it('are kept in a view that another of the team opens', async () => {
    await facet('Method').getByRole('button', { name: /^POST/ }).click()
    const mine = await menu(tab)
    await mine.getByRole('radio', { name: /^all of this/ }).check()
    await mine.getByPlaceholder('name').fill('what is written')
    await mine.getByRole('button', { name: 'Save' }).click()
    await mine.getByRole('radio', { name: 'this filter' }).check()
    await mine.getByPlaceholder('name').fill('writes')
    await mine.getByRole('button', { name: 'Save' }).click()
    await mine.getByRole('button', { name: /^writes/ }).waitFor()

    const other = await shop.open('/?upper=map')
    await (await menu(other)).getByRole('button', { name: /^writes/ }).click()
    await total(
      having(({ method }) => method === 'POST'),
      other,
    )
    expect(new URL(other.url()).searchParams.get('upper')).toBe('map')
    await (await menu(other)).getByRole('button', { name: /^what is written/ }).click()
    await eventually(async () => new URL(other.url()).search === new URL(tab.url()).search || undefined)
    await other.getByRole('region', { name: 'Calls by Method' }).getByRole('button', { name: /^POST/ }).waitFor()

    const theirs = await menu(other)
    await theirs.getByRole('button', { name: 'Rename writes' }).click()
    await theirs.getByLabel('New name of writes').fill('all writes')
    await theirs.getByRole('button', { name: 'Rename', exact: true }).click()
    await theirs.getByRole('button', { name: /^all writes/ }).waitFor()
    // What was renamed elsewhere meanwhile is not overwritten: the name it has now is shown.
    await mine.getByRole('button', { name: 'Rename writes' }).click()
    await mine.getByLabel('New name of writes').fill('my writes')
    await mine.getByRole('button', { name: 'Rename', exact: true }).click()
    await mine.getByRole('alert').filter({ hasText: 'meanwhile' }).waitFor()
    await mine.getByRole('button', { name: 'Cancel' }).click()
    await mine.getByRole('button', { name: 'Remove all writes' }).click()
    await mine.getByRole('button', { name: 'Remove for all' }).click()
    await eventually(async () => (await mine.getByRole('listitem').count()) === 1 || undefined)
    await other.close()
  })

  it('have nothing that axe finds', async () => {
    await pictures(tab, 'facets')
    expect(await faultsOf(tab, 'body')).toEqual([])
  })

  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})
