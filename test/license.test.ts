import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import { HOUR } from '#engines/license/hours.ts'
import type { LicenseDocument } from '#events/documents/license.ts'
import { startLicenseServer } from '#functions/host/license-server.ts'
import { writeAccepted } from '#functions/license/standing.ts'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import { sectionsOf, send } from './support/sections.ts'
import { eventually, type Server, startServerWith } from './support/server.ts'

const PAGE = fileURLToPath(new URL('../ui/dist', import.meta.url))
const CAPTURE = fileURLToPath(new URL('fixtures/shop.pcap.gz', import.meta.url))
const vendor = { authorization: 'Bearer vendor', 'content-type': 'application/json' }
let directory: string
let port: number
let office: Awaited<ReturnType<typeof startLicenseServer>> | undefined
let token: string
let started: Server | undefined

const openOffice = async () => {
  const state = await openState({ directory: join(directory, 'office') })
  const options = { state, keys: join(directory, 'keys.json'), page: PAGE }
  office = await startLicenseServer({ ...options, administrator: 'vendor', port, listen: '127.0.0.1' })
  return office
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'license-'))
  port = await freePort()
  const { url } = await openOffice()
  const answer = await fetch(`${url}/api/v1/licenses`, {
    method: 'POST',
    headers: vendor,
    body: JSON.stringify({ owner: 'Shop', cores: 5 }),
  })
  token = ((await answer.json()) as { token: string }).token
})
afterEach(async () => {
  await started?.stop()
  started = undefined
})
afterAll(async () => {
  await office?.close()
  rmSync(directory, { recursive: true })
})

const start = (data: string, ...args: string[]): Promise<Server> =>
  startServerWith(
    { SPIDER_LICENSE: token, SPIDER_LICENSE_SERVER: `http://127.0.0.1:${port}` },
    join(directory, data),
    '--no-capture',
    ...args,
  )
const licenseOf = (server: Server): Promise<LicenseDocument> => server.get('/api/v1/license')

describe('an installation', () => {
  it('sends its statistics to the license server, and shows what was sent and what comes next', async () => {
    started = await start('counted')
    const server = started
    const sent = await eventually(async () => (await licenseOf(server)).sent)
    expect(sent).toMatchObject({ accepted: true })
    const { next, message, standing } = await licenseOf(server)
    expect(message).toMatch(/^Licensed to Shop: 5 cores until \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$/)
    expect(standing.state).toBe('running')
    expect(next?.license).toBe(sent.report.license)
  })

  it('stops after 24 hours without statistics, from the agent to the API, and goes on by itself: nothing is lost', async () => {
    started = await start('stopped')
    const first = started
    await eventually(async () => (await licenseOf(first)).sent)
    await first.stop()
    await office?.close()
    const state = await openState({ directory: join(directory, 'stopped', 'state') })
    await writeAccepted(state, { at: Date.now() - 25 * HOUR, latest: Date.now() })
    await state.close()

    started = await start('stopped', CAPTURE)
    const server = started
    const standing = await eventually(async () => {
      const { standing } = await licenseOf(server)
      return standing.state === 'stopped' ? standing : undefined
    })
    expect(standing.message).toContain('No usage statistics were accepted for 25 hours: capture and parsing have stopped')
    const refused = await send(server.url, 'agent', 1, sectionsOf(gunzipSync(readFileSync(CAPTURE)), 1)[0].bytes)
    expect([refused.status, ((await refused.json()) as { type: string }).type]).toEqual([503, '/problems/license-stopped'])
    expect(refused.headers.get('retry-after')).toBe('30')
    expect((await server.find('')).total).toBe(0)
    expect(await server.get('/healthz')).toMatchObject({ license: standing.message })

    await openOffice()
    await eventually(async () => ((await licenseOf(server)).standing.state === 'running' ? true : undefined), 30_000)
    await eventually(async () => ((await server.find('')).total > 100 ? true : undefined), 60_000)
    expect(await server.get('/api/v1/dead-letters')).toEqual({ items: [] })
  })
})

it.skipIf(noBrowser)('the page shows the license, the hours and the statistics, and axe finds nothing', async () => {
  started = await start('shown')
  const first = started
  await eventually(async () => (await licenseOf(first)).sent)
  await first.stop()
  const state = await openState({ directory: join(directory, 'shown', 'state') })
  await writeAccepted(state, { at: Date.now(), latest: Date.now() + 3 * HOUR })
  await state.close()
  started = await start('shown', CAPTURE)
  const server = started
  await eventually(async () => ((await licenseOf(server)).hours.length > 0 ? true : undefined))
  const browser = await openBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(server.url)
    await page.getByRole('button', { name: /^License: / }).click()
    await page.getByText('Licensed to Shop: 5 cores').waitFor()
    await page.getByText(/The clock was set back by \d+ minutes/).waitFor()
    await page.getByText('What will be sent next').click()
    await page.locator('details[open] pre', { hasText: '"installation"' }).waitFor()
    expect(await page.getByRole('img', { name: /cores on average/ }).count()).toBe(1)
    expect(await faultsOf(page, '.popover-panel')).toEqual([])
    await pictures(page, 'license')
  } finally {
    await browser.close()
  }
})

it.skipIf(noBrowser)('the page of the estimate agrees with a table worked out by hand, and axe finds nothing', async () => {
  const browser = await openBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${port}/`)
    // 110 € × 12 months a prepaid core; 110 € × 12 ÷ 8,760 × 1.33 × 8,760 hours a core beyond.
    const table: [cores: number, average: number, total: string][] = [
      [5, 5, '€6,600.00'],
      [5, 6, '€8,355.60'],
      [5, 8, '€11,866.80'],
      [0, 1, '€1,755.60'],
    ]
    for (const [cores, average, total] of table) {
      await page.getByLabel('Prepaid cores').fill(String(cores))
      await page.getByLabel('Cores busy on average').fill(String(average))
      expect(await page.locator('.answer strong').textContent()).toBe(total)
    }
    await page.getByLabel('License').fill(token)
    await page.getByRole('button', { name: 'Show' }).click()
    const terms = page.getByRole('row').filter({ hasText: /^20\d\d-/ })
    await expect.poll(() => terms.count()).toBe(2)
    expect(await faultsOf(page, 'main')).toEqual([])
  } finally {
    await browser.close()
  }
})
