/** What processes send and receive, from the kernel to the page. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cannotTakeSecrets } from '#agents/gocipher/able.case.ts'
import { cannotCount } from '#agents/gocipher/usage/able.case.ts'
import { Program, tcpClient, tcpServer } from '#agents/gocipher/usage/traffic.case.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { ADDRESSES, FILTER } from '../demo/places.ts'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser, openTab } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import { cannotCapture, eventually, type Server, startServer } from './support/server.ts'
import { openShop, type Shop } from './support/shop.ts'

interface Row {
  process: string
  client_address: string
  server_address: string
  port: number
  direction: string
  client: { bytes: number; messages: number }
  server: { bytes: number; messages: number }
  connections: number
}
interface Answer {
  items: Row[]
}

const folder = mkdtempSync(join(tmpdir(), 'spider-network-'))
afterAll(() => rmSync(folder, { recursive: true }))
const blind = (await cannotTakeSecrets(folder)) ?? (await cannotCount(folder))
if (blind) console.error(`network usage, whole: ${blind}`)

const table = (tab: Tab) => tab.getByRole('table', { name: 'Network usage' })

describe.skipIf(blind)('network usage of this machine', () => {
  let server: Server
  const programs: Program[] = []
  const counting = async () => {
    const { items } = await server.get<{ items: StatusDocument[] }>('/api/v1/agents')
    return items.find(({ agent }) => agent.type === 'gocipher')?.spider.network
  }
  beforeAll(async () => {
    server = await startServer(join(folder, 'machine'), '--gocipher', '--no-capture')
    // It counts a moment after it takes secrets, and only what is opened from then on is told to the byte.
    await eventually(async () => ((await counting())?.state === 'counting' ? true : undefined), 80_000)
  }, 120_000)
  afterAll(async () => {
    for (const program of programs) await program.stop()
    await server?.stop()
  })

  it('is what two programs sent each other, to the byte', async () => {
    const listening = new Program(tcpServer('127.0.0.1', 2))
    programs.push(listening)
    const port = Number(await listening.line())
    const client = new Program(tcpClient('127.0.0.1', port, 7, 1001))
    programs.push(client)
    await client.line()
    const rows = await eventually(async () => {
      const { items } = await server.get<Answer>(`/api/v1/usage?q=server.port=${port}`)
      return items.length === 2 ? items : undefined
    }, 40_000)
    for (const { client, server, connections, process } of rows)
      expect([process, client.bytes, server.bytes, connections]).toEqual(['node', 7007, 14_014, 7])
    expect(new Set(rows.map(({ direction }) => direction))).toEqual(new Set(['inbound', 'outbound']))
  })

  it('is in the status: that it counts', async () => {
    expect(await counting()).toEqual({ state: 'counting', lost: 0 })
  })
})

describe.skipIf(blind || noBrowser || cannotCapture())('the page, beside the demo', () => {
  let server: Server
  let browser: Browser
  let tab: Tab
  const errors: string[] = []
  beforeAll(async () => {
    server = await startServer(join(folder, 'demo'), '--demo', '--filter', FILTER)
    await eventually(async () => (await server.get<Answer>('/api/v1/usage')).items.length > 3 || undefined, 60_000)
    browser = await openBrowser()
    tab = await openTab(browser, `${server.url}/?upper=map&lower=network`, errors)
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  it('has a row for each process and pair of hosts, in the order one chooses', async () => {
    const { items } = await server.get<Answer>('/api/v1/usage')
    expect(items.some(({ server_address }) => /^bank\b/.test(server_address) || server_address === ADDRESSES.bank)).toBe(true)
    await table(tab).locator('tbody tr').first().waitFor()
    expect(await table(tab).locator('tbody tr').count()).toBeGreaterThan(3)
    await table(tab).getByRole('button', { name: 'Connections' }).click()
    await expect.poll(() => new URL(tab.url()).searchParams.get('network.sort')).toBe('connections')
    await expect
      .poll(async () =>
        (await table(tab).locator('tbody tr td:nth-child(9)').allTextContents()).map((text) => Number(text.replaceAll(',', ''))),
      )
      .toSatisfy((counts: number[]) => counts.length > 3 && counts.every((count, i) => i === 0 || count <= counts[i - 1]))
    expect(await faultsOf(tab, '[aria-label="Network"]')).toEqual([])
    await pictures(tab, 'network')
    await tab.getByRole('button', { name: 'Agents' }).click()
    await tab.locator('.agent').getByText('counted').waitFor()
    expect(errors).toEqual([])
  })

  it('says on a link of the map what went over it', async () => {
    const link = tab.locator('[data-link][aria-label*="payment.shop.test, http"]').first()
    await link.waitFor()
    const id = (await link.getAttribute('data-link'))!
    await tab.goto(`${server.url}/?${new URLSearchParams({ upper: 'map', lower: 'none', 'map.link': id })}`)
    await tab
      .locator('.map-chosen')
      .getByText(/^Network: [\d.]+ k?B there, [\d.]+ k?B back, \d+ connections? opened$/)
      .waitFor()
  })
})

describe.skipIf(noBrowser)('the page, where nobody counts', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  }, 120_000)
  afterAll(() => shop?.close())

  it('says how to begin', async () => {
    const tab = await shop.open('/?lower=network')
    await tab.getByText('spider gocipher --server').waitFor()
    expect(shop.errors).toEqual([])
  })
})
