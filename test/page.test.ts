/** The frame of the page in a real browser, on captured traffic: what all views stand on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser } from './support/browser.ts'
import { eventually } from './support/server.ts'
import { having, openShop, type Shop, truth } from './support/shop.ts'

if (noBrowser) console.error(`page: ${noBrowser}`)

const dist = fileURLToPath(new URL('../ui/dist', import.meta.url))
const MOST_SCRIPT = 120_000

it('weighs little when it begins', () => {
  const page = readFileSync(join(dist, 'index.html'), 'utf8')
  const scripts = readdirSync(join(dist, 'assets')).filter((name) => name.endsWith('.js') && page.includes(name))
  expect(scripts.length).toBeGreaterThan(0)
  const weight = scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, 'assets', name))).length, 0)
  expect(weight).toBeLessThan(MOST_SCRIPT)
})

describe.skipIf(noBrowser)('the page', () => {
  let shop: Shop
  let tab: Tab
  beforeAll(async () => {
    shop = await openShop()
    tab = await shop.open('/?q=protocol:http')
  }, 120_000)
  afterAll(() => shop?.close())
  const total = () => tab.getByLabel('Calls in this range')
  const address = () => new URL(tab.url()).searchParams

  it('counts what was captured, in its dashboard, its legend and its list', async () => {
    await total()
      .filter({ hasText: String(truth.length) })
      .waitFor()
    await tab
      .locator('.totals')
      .filter({ hasText: String(truth.length) })
      .waitFor()
    const failed = having(({ status }) => status >= 500)
    await tab
      .getByRole('list', { name: 'Calls by status' })
      .getByRole('button', { name: `5xx ${failed}` })
      .waitFor()
  })

  it('narrows by a click, shows the conditions, and goes back', async () => {
    await tab.getByRole('list', { name: 'Calls by status' }).getByRole('button', { name: /^5xx/ }).click()
    const conditions = tab.getByRole('list', { name: 'Conditions of the filter' }).getByRole('listitem')
    await eventually(async () => (await conditions.count()) === 2 || undefined)
    await total()
      .filter({ hasText: String(having(({ status }) => status >= 500)) })
      .waitFor()
    await tab.goBack()
    await total()
      .filter({ hasText: String(truth.length) })
      .waitFor()
    expect(address().get('q')).toBe('protocol:http')
  })

  it('is told apart by another dimension, and the link says so', async () => {
    await tab.getByLabel('Calls over time, by').selectOption('http.request.method')
    await tab
      .getByRole('list', { name: 'Calls by http.request.method' })
      .or(tab.getByRole('list', { name: 'Calls by method' }))
      .waitFor()
    await tab.getByRole('button', { name: /^GET/ }).first().waitFor()
    expect(address().get('by')).toBe('http.request.method')
  })

  it('folds a panel, and opens as it was from the link', async () => {
    await tab.getByRole('button', { name: 'Fold: Overview' }).click()
    expect(address().get('upper')).toBe('none')
    await tab.reload()
    await tab.getByRole('button', { name: 'Unfold: Overview' }).click()
    await tab.locator('.totals').waitFor()
  })

  it('says where a filter is wrong, and keeps what was shown', async () => {
    await total()
      .filter({ hasText: String(truth.length) })
      .waitFor()
    await tab.getByRole('textbox', { name: 'Filter' }).fill('protocol:http status>')
    await tab.keyboard.press('Enter')
    await tab.getByRole('alert').filter({ hasText: 'At character' }).waitFor()
    expect(await total().textContent()).toBe(String(truth.length))
    await tab.getByRole('textbox', { name: 'Filter' }).fill('protocol:http')
    await tab.keyboard.press('Enter')
  })

  it('shows its keys when asked', async () => {
    await tab.locator('.grid').focus()
    await tab.keyboard.press('?')
    await tab.getByRole('dialog', { name: 'Keys' }).waitFor()
    await tab.keyboard.press('Escape')
    await eventually(async () => (await tab.getByRole('dialog').count()) === 0 || undefined)
  })

  it('has nothing that axe finds', async () => {
    expect(await faultsOf(tab, 'html')).toEqual([])
  })

  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})
