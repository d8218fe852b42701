/** The map, the sequence and the waterfall, in a browser, of the shop's real traffic. */
import { readFileSync } from 'node:fs'
import type { Locator, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMermaid } from '../ui/src/logic/sequence/read-mermaid.case.ts'
import { faultsOf } from './support/accessible.ts'
import { noBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import { openShop, type Shop } from './support/shop.ts'

if (noBrowser) console.error(`views: ${noBrowser}`)

/** Nodes of the map: by the names that the capture gives their addresses, though only after these calls. */
const GATEWAY = 'gateway.shop.test'
const ORDERS = 'orders.shop.test'
const PAYMENT = 'payment.shop.test'
const ADDRESSES = { orders: '127.0.0.13', payment: '127.0.0.14', asking: '127.0.0.1' }

/** The page, with the marks of the map that were drawn again. */
interface Watched {
  drawn: Set<string>
  document: { querySelector(selector: string): unknown }
  MutationObserver: new (
    told: (changes: { target: { closest(selector: string): { getAttribute(name: string): string | null } | null } }[]) => void,
  ) => { observe(what: unknown, how: { subtree: boolean; attributes: boolean; childList: boolean }): void }
}

/** Chromium ends what it loads when an interface comes or goes on this machine, as others do in other tests; the page asks again. */
const CHANGED = /net::ERR_NETWORK_CHANGED$/

interface Parsed {
  querySelectorAll(selector: string): { length: number }
}

describe.skipIf(noBrowser)('views of the shop', () => {
  let shop: Shop
  let tab: Tab
  let range: { from: string; to: string }

  beforeAll(async () => {
    shop = await openShop({ width: 1400, height: 900 })
    const extent = await shop.server.get<{ from: number; to: number }>('/api/v1/extent')
    range = { from: new Date(Math.floor(extent.from)).toISOString(), to: new Date(Math.ceil(extent.to) + 1).toISOString() }
    tab = await shop.open()
    tab.on('console', (message) => message.type() === 'error' && !CHANGED.test(message.text()) && shop.errors.push(message.text()))
  }, 120_000)
  afterAll(() => shop?.close())

  const middle = () => new Date((Date.parse(range.from) + Date.parse(range.to)) / 2).toISOString()
  const open = (parameters: Record<string, string>) => tab.goto(`${shop.server.url}/?${new URLSearchParams({ ...range, ...parameters })}`)
  const of = (name: string) => new URL(tab.url()).searchParams.get(name)
  const map = () => tab.getByLabel('Map', { exact: true })
  const node = (name: string): Locator => map().locator(`[data-node="${name}"]`)
  const panel = () => map().locator('.map-chosen')
  const shot = (name: string) => pictures(tab, name)
  const accessible = async (within: string) => expect(await faultsOf(tab, within)).toEqual([])
  const placeOf = async (name: string) => (await node(name).getAttribute('transform'))!
  const saved = async (button: string): Promise<string> => {
    const [file] = await Promise.all([tab.waitForEvent('download'), tab.getByRole('button', { name: button }).click()])
    return readFileSync(await file.path(), 'utf8')
  }

  it('the map builds itself: who calls whom, with figures', async () => {
    await open({ upper: 'map', lower: 'none' })
    await node(GATEWAY).waitFor()
    expect(await map().locator('[data-node]').count()).toBe(7)
    const all = await map().locator('[data-link]').all()
    const links = await Promise.all(all.map(async (link) => (await link.getAttribute('aria-label'))!))
    expect(links.find((text) => text.startsWith(`${ORDERS} to ${PAYMENT}, http`))).toContain('20 calls, 20 % failed')
    await node(GATEWAY).hover()
    await map().locator('.map-tip').getByText('answered: calls').waitFor()
    await accessible('.map')
    await shot('map')
  })

  it('a node by the keyboard: arrows, Enter, its links, Escape', async () => {
    await node('customer.shop.test').focus()
    await tab.keyboard.press('ArrowRight')
    const focused = () => tab.evaluate<string | null>('document.activeElement.getAttribute("data-node")')
    expect(await focused()).toMatch(/^(gateway|names)\.shop\.test$/)
    await node(ORDERS).focus()
    await tab.keyboard.press('Enter')
    await panel().getByText('3 links').waitFor()
    expect(of('map.node')).toBe(ORDERS)
    await accessible('.map')
    await tab.keyboard.press('Escape')
    await panel().waitFor({ state: 'detached' })
    expect(await focused()).toBe(ORDERS)
  })

  it('filters, excludes and narrows to errors by click', async () => {
    await open({ upper: 'map', lower: 'none', 'map.node': PAYMENT })
    await panel().getByRole('button', { name: 'Only errors' }).click()
    await expect.poll(() => of('q')).toContain(ADDRESSES.payment)
    await expect.poll(() => map().locator('[data-link]').count()).toBe(1)
    expect(await map().locator('[data-link]').getAttribute('aria-label')).toContain('4 calls, 100 % failed')
    await tab.goBack()
    await expect.poll(() => map().locator('[data-node]').count()).toBe(7)
    await panel().getByRole('button', { name: 'Exclude' }).click()
    await expect.poll(() => map().locator('[data-node]').count()).toBe(6)
    await open({ upper: 'map', lower: 'none', 'map.link': `${ORDERS} → ${PAYMENT} http` })
    await panel().getByRole('button', { name: 'Filter' }).click()
    await expect.poll(() => map().locator('[data-link]').count()).toBe(1)
  })

  it('what is dragged stays there, over a reload and with other calls', async () => {
    await open({ upper: 'map', lower: 'none' })
    await node(PAYMENT).waitFor()
    const others = await placeOf(ORDERS)
    const box = (await node(PAYMENT).locator('circle').boundingBox())!
    await tab.mouse.move(box.x + 8, box.y + 8)
    await tab.mouse.down()
    await tab.mouse.move(box.x + 40, box.y + 90, { steps: 5 })
    await tab.mouse.up()
    const moved = await placeOf(PAYMENT)
    await tab.reload()
    await node(PAYMENT).waitFor()
    expect([await placeOf(PAYMENT), await placeOf(ORDERS)]).toEqual([moved, others])
    await open({ upper: 'map', lower: 'none', q: `server.ip:${ADDRESSES.payment}` })
    await expect.poll(() => map().locator('[data-node]').count()).toBe(2)
    expect(await placeOf(PAYMENT)).toBe(moved)
  })

  it('an edited map is saved for the team, and others see it', async () => {
    await open({ upper: 'map', lower: 'none', 'map.node': PAYMENT })
    await panel().getByText('Edit', { exact: true }).click()
    await panel().getByLabel('Name', { exact: true }).fill('Payment')
    await panel().getByLabel('Note').fill('Ask Kim')
    await panel().getByLabel('Group addresses like').fill('127.0.0.1')
    await panel().getByLabel('as', { exact: true }).fill('Resolver')
    await panel().getByRole('button', { name: 'Group', exact: true }).click()
    await node('Resolver').waitFor()
    await node(PAYMENT).getByText('Ask Kim').waitFor()
    await map().getByRole('button', { name: 'Save the map' }).click()
    await map().locator('.popover-panel').getByLabel('Name', { exact: true }).fill('The shop')
    await accessible('.map')
    await map().getByRole('button', { name: 'Save', exact: true }).click()
    await expect.poll(() => of('map.saved')).toBeTruthy()
    await shot('map-edited')
    const { pathname, search } = new URL(tab.url())
    const other = await shop.open(pathname + search)
    await other.locator(`[data-node="${PAYMENT}"]`).getByText('Payment').waitFor()
    await other.locator('[data-node="Resolver"]').waitFor()
    await other.close()
  })

  it('groups, and passes over gateways', async () => {
    await open({ upper: 'map', lower: 'none' })
    await node(GATEWAY).click()
    await panel().getByText('Edit', { exact: true }).click()
    await panel().getByRole('button', { name: 'Pass over, as a gateway' }).click()
    await map().locator('.through').first().waitFor()
    expect(await node(GATEWAY).count()).toBe(0)
    await map().getByRole('button', { name: 'Show 1 hidden' }).click()
    await node(GATEWAY).waitFor()
    await map().getByLabel('Nodes', { exact: true }).selectOption('namespace')
    expect(of('map.group')).toBe('namespace')
  })

  it('compares with a stretch before: endpoints and links that are new, gone, slower or failing', async () => {
    await open({ upper: 'map', lower: 'none', from: middle(), 'map.with': 'before' })
    const changes = map().getByLabel('What changed')
    await changes.getByText('gone').first().waitFor()
    await changes.getByRole('button', { name: /endpoints/ }).click()
    await changes.getByRole('listitem').first().waitFor()
    await accessible('.map')
    await shot('map-compared')
  })

  it('an address whose name becomes known later is the node of that name, where it was, with all of its calls', async () => {
    await open({ upper: 'map', lower: 'none' })
    for (const name of [ADDRESSES.asking, GATEWAY, ORDERS, PAYMENT]) await node(name).waitFor()
    const [place, nodes] = [await placeOf(ADDRESSES.asking), await map().locator('[data-node]').count()]
    const data = { agent: 'test', hosts: [{ ip: ADDRESSES.asking, name: 'resolver.shop.test', origin: 'resolver', at: Date.now() }] }
    const attributes = { 'ce-specversion': '1.0', 'ce-type': 'hosts.resolved.v1', 'ce-source': '/agents/test', 'ce-id': 'test/hosts/1' }
    const headers = { ...attributes, 'content-type': 'application/json' }
    expect((await fetch(`${shop.server.url}/events`, { method: 'POST', headers, body: JSON.stringify(data) })).ok).toBe(true)
    await expect
      .poll(() => shop.server.get(`/api/v1/hosts?ips=${ADDRESSES.asking}`))
      .toEqual({ items: [{ ip: ADDRESSES.asking, name: 'resolver.shop.test' }] })
    await open({ upper: 'map', lower: 'none', 'map.node': ADDRESSES.asking })
    await node('resolver.shop.test').waitFor()
    const now = async () => [
      await node(ADDRESSES.asking).count(),
      await map().locator('[data-node]').count(),
      await placeOf('resolver.shop.test'),
    ]
    await expect.poll(now).toEqual([0, nodes, place])
    await panel().getByRole('button', { name: 'Filter' }).click()
    await expect.poll(() => of('q')).toContain(ADDRESSES.asking)
    await expect.poll(() => map().locator('[data-node]').count()).toBe(2)
    await open({ upper: 'map', lower: 'none', from: middle(), 'map.with': 'before' })
    await map()
      .getByLabel('What changed')
      .getByText(/^resolver\.shop\.test → /)
      .waitFor()
  })

  it('the sequence: nested by trace, opened by click, folded or not', async () => {
    await open({ upper: 'none', lower: 'sequence', q: 'not protocol:dns' })
    const view = tab.getByLabel('Sequence', { exact: true })
    await view.locator('.seq-hit').first().waitFor()
    const names = () => view.locator('.seq-names b').allTextContents()
    await expect.poll(names).toContain(ORDERS)
    expect((await names()).filter((name) => /^[\d.]+$/.test(name))).toEqual([])
    const folded = await view.locator('.seq-hit').count()
    await view.getByLabel('fold repeats').uncheck()
    expect(of('sequence.repeats')).toBe('each')
    await expect.poll(() => view.locator('.seq-hit').count()).toBeGreaterThanOrEqual(folded)
    await view.getByRole('button', { name: 'Nearer' }).click()
    expect(of('sequence.zoom')).toBe('125')
    await accessible('.panel-lower')
    await shot('sequence')
    await view.locator('.seq-hit').nth(1).click()
    await expect.poll(() => of('call')).toBeTruthy()
    await view.getByLabel('Calls drawn').selectOption('opened')
    await expect.poll(() => view.locator('.seq-hit').count()).toBeLessThan(10)
  })

  it('exports the sequence as SVG, Mermaid and PlantUML', async () => {
    await open({ upper: 'none', lower: 'sequence', q: 'not protocol:dns' })
    await tab.locator('.seq-names b', { hasText: PAYMENT }).waitFor()
    await tab
      .locator('.diagram-head')
      .getByRole('button', { name: /Export/ })
      .click()
    const svg = await saved('Download SVG')
    const parsed = await tab.evaluate((text) => {
      const { DOMParser: Parser } = globalThis as unknown as {
        DOMParser: new () => { parseFromString(text: string, type: string): Parsed }
      }
      const image = new Parser().parseFromString(text, 'image/svg+xml')
      return { wrong: image.querySelectorAll('parsererror').length, texts: image.querySelectorAll('text').length }
    }, svg)
    expect(parsed.wrong).toBe(0)
    expect(parsed.texts).toBeGreaterThan(50)
    const mermaid = readMermaid(await saved('Download Mermaid'))
    expect(mermaid.participants.sort()).toEqual(['catalogue.shop.test', 'customer.shop.test', GATEWAY, ORDERS, PAYMENT])
    expect(mermaid.asked).toBe(mermaid.answered)
    const plantuml = await saved('Download PlantUML')
    expect(plantuml.match(/ \+\+ : /g)!.length).toBe(plantuml.match(/ -- : /g)!.length)
    expect(plantuml).toMatch(/^@startuml\n[\s\S]*@enduml\n$/)
  })

  it('the waterfall: segments, lanes, the critical path', async () => {
    await open({ upper: 'none', lower: 'waterfall', q: 'not protocol:dns' })
    const view = tab.getByLabel('Waterfall', { exact: true })
    await view.locator('.fall-call').first().waitFor()
    const total = await view.locator('.fall-call').count()
    expect(total).toBe(177)
    await view.locator('.fall-critical').first().waitFor()
    await view.locator('.phase-connect.fall-part').first().waitFor()
    await accessible('.panel-lower')
    await shot('waterfall')
    await view.getByLabel('Lanes').selectOption('pairs')
    expect(of('waterfall.lanes')).toBe('pairs')
    await expect.poll(() => view.locator('.lane').count()).toBe(5)
    await shot('waterfall-lanes')
    await view.locator('.fall-call').first().click()
    await expect.poll(() => of('call')).toBeTruthy()
  })

  it('says when it draws only the first of them', async () => {
    await open({ upper: 'none', lower: 'sequence' })
    await tab.getByText('183 calls', { exact: true }).waitFor()
    await tab.getByLabel('Calls at most').selectOption('50')
    await tab.getByText('the first 50 of 183 calls: narrow the range or the filter to see others').waitFor()
    expect(of('calls.most')).toBe('50')
  })

  it('draws the calls that were chosen in the list', async () => {
    await open({ upper: 'none', q: 'path:/api/orders' })
    const rows = tab.getByRole('row').filter({ hasText: '/api/orders' })
    await rows.nth(0).click({ modifiers: ['Control'] })
    await rows.nth(1).click({ modifiers: ['Control'] })
    await tab.getByRole('tab', { name: 'Sequence' }).click()
    await tab.getByLabel('Calls drawn').selectOption('chosen')
    await tab.getByText('2 calls', { exact: true }).waitFor()
  })

  it('draws only a node and its links again while it is dragged, of 300', async () => {
    const groups = Array.from({ length: 299 }, (_, i) =>
      [0, 1].map((side) => ({
        key: [`host-${(i * 7 + side * 13) % (i + 1)}.shop`, `host-${i + 1}.shop`, side ? 'redis' : 'http', '2xx'],
        ...{ count: i + 1, errors: 0, bytes: i * 100, mean: 1e6, max: 2e6, p99: 2e6 },
      })),
    ).flat()
    await tab.route('**/api/v1/aggregate**', (route) => route.fulfill({ json: { groups, total: { count: 1 } } }))
    await open({ upper: 'map', lower: 'none' })
    await map().locator('[data-node]').nth(299).waitFor()
    await tab.waitForTimeout(1000)
    await tab.evaluate(() => {
      const page = globalThis as unknown as Watched
      page.drawn = new Set()
      new page.MutationObserver((changes) => {
        for (const { target } of changes) {
          const mark = target.closest('[data-node], [data-link]')
          if (mark) page.drawn.add(mark.getAttribute('data-node') ?? mark.getAttribute('data-link')!)
        }
      }).observe(page.document.querySelector('.map-canvas svg'), { subtree: true, attributes: true, childList: true })
    })
    const box = (await node('host-0.shop').locator('circle').boundingBox())!
    const before = await placeOf('host-0.shop')
    await tab.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await tab.mouse.down()
    for (let i = 1; i <= 60; i++) await tab.mouse.move(box.x + 2 * i, box.y + 40 * Math.sin(i / 6))
    const drawn = await tab.evaluate(() => [...(globalThis as unknown as Watched).drawn])
    await tab.mouse.up()
    expect(await placeOf('host-0.shop')).not.toBe(before)
    expect(drawn).toContain('host-0.shop')
    expect(drawn.filter((id) => !/^host-0\.shop( →|$)|→ host-0\.shop /.test(id))).toEqual([])
    await tab.unroute('**/api/v1/aggregate**')
  })

  it('did all this without an error', () => expect(shop.errors).toEqual([]))
})
