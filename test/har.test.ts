/** HTTP Archives come in again: those that Spider wrote and those of a browser, by drop on the page and by `spider read`; damaged ones say where. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser } from './support/browser.ts'
import { drop } from './support/drop.ts'
import { pictures } from './support/pictures.ts'
import { type Server, startServer } from './support/server.ts'
import { lines, read, spider } from './support/spider.ts'

if (noBrowser) console.error(`har: ${noBrowser}`)

const fixture = fileURLToPath(new URL('fixtures/shop.pcap.gz', import.meta.url))
const truth = lines<{ status: number }>(readFileSync(new URL('fixtures/shop.truth.jsonl', import.meta.url), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'spider-har-'))
const archive = join(folder, 'shop.har')
beforeAll(async () => writeFileSync(archive, (await spider(['read', fixture, '--format', 'har', '--bodies'])).stdout))
afterAll(() => rmSync(folder, { recursive: true }))

/** What an archive keeps of a call. */
const kept = ({ http, url, spider: { time } }: ExchangeDocument) => [
  url?.full,
  http?.request?.method,
  http?.request?.body.sha256,
  http?.response?.status_code,
  http?.response?.body.sha256,
  http?.response?.body.content?.length,
  http?.response?.headers.length,
  time.request?.first,
  time.response?.last,
]

describe('spider read', () => {
  it('reads out of an archive what it wrote into it, packed too', async () => {
    const written = (await read(fixture, '--bodies')).documents.filter(({ network }) => network.protocol === 'http')
    const packed = join(folder, 'packed.har.gz')
    writeFileSync(packed, gzipSync(readFileSync(archive)))
    const { documents } = await read(packed, '--bodies')
    expect(documents.map(kept)).toEqual(written.map(kept))
    expect(new Set(documents.map(({ event }) => event.id)).size).toBe(documents.length)
    expect(documents[0]).toMatchObject({ client: { domain: 'packed.har.gz' }, spider: { findings: ['from-har', 'wire-size-unknown'] } })
  })

  it('refuses what is no archive, and says where one is damaged', async () => {
    const other = join(folder, 'other.json')
    writeFileSync(other, '{"log":{"version":"1.2"}}')
    const refused = await spider(['read', other])
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/neither a capture nor an HTTP Archive .* byte 24: it has no list log.entries/),
    ])
    const cut = join(folder, 'cut.har')
    writeFileSync(cut, readFileSync(archive).subarray(0, 100_000))
    const { documents, stderr } = await read(cut)
    expect(documents.length).toBeGreaterThan(10)
    expect(stderr).toMatch(/warning: .*cut\.har: read up to byte 100000: it ends within the entry that begins at byte \d+/)
  })
})

describe.skipIf(noBrowser)('an archive dropped on the page', () => {
  let server: Server
  let browser: Browser
  let tab: Tab
  let site: HttpServer
  const errors: string[] = []
  beforeAll(async () => {
    server = await startServer(join(folder, 'data'), '--no-capture')
    browser = await openBrowser()
    tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    tab.on('pageerror', (error) => errors.push(error.message))
    await tab.goto(server.url)
    site = createServer((request, response) =>
      response.writeHead(request.url === '/gone' ? 410 : 200, { 'content-type': 'text/html' }).end('<p>seen</p>'),
    )
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    await browser.close()
    await server.stop()
    site.close()
  })

  const told = () => tab.getByRole('region', { name: 'Capture files' })

  it('is counted in the dashboard, listed as recorded, drawn on the map, and said what it does not know', async () => {
    await drop(tab, 'shop.har', readFileSync(archive, 'utf8'))
    await told().getByText(`${truth.length} calls read`).waitFor()
    await tab.getByRole('button', { name: 'Dismiss shop.har' }).click()
    await tab
      .getByLabel('Calls in this range')
      .filter({ hasText: String(truth.length) })
      .waitFor()
    const row = tab.locator('.grid-row').filter({ hasText: 'HAR' }).first()
    await row.waitFor()
    await row.click()
    await tab
      .getByRole('list', { name: 'Completeness' })
      .filter({ hasText: "from an HTTP Archive: recorded, not captured. It does not say: the client's address, sizes on the wire" })
      .waitFor()
    await tab.getByRole('tab', { name: 'Packets' }).click()
    await tab.getByText('knows nothing of connections and packets').waitFor()
    await tab.getByRole('tab', { name: 'Response' }).click()
    await tab.getByRole('tab', { name: 'Map' }).click()
    // The panel is low: by how the nodes came to lie, all of them may be too far for names.
    await tab.locator('.map').getByRole('button', { name: 'Nearer' }).click()
    await tab.locator('.map').getByText('shop.har').first().waitFor()
    await pictures(tab, 'har')
    expect(await faultsOf(tab, '.details')).toEqual([])
  })

  it('is counted once, however often it comes', async () => {
    const before = (await server.find('finding:from-har', 0)).total
    await drop(tab, 'shop.har', readFileSync(archive, 'utf8'))
    await told().getByText(`${truth.length} calls read`).waitFor()
    expect((await server.find('finding:from-har', 0)).total).toBe(before)
    await tab.getByRole('button', { name: 'Dismiss shop.har' }).click()
  })

  it('may be one that a browser recorded', async () => {
    const file = join(folder, 'browser.har')
    const context = await browser.newContext({ recordHar: { path: file, content: 'embed' } })
    const page = await context.newPage()
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
    for (const path of ['/seen?a=1', '/gone']) await page.goto(url + path)
    await context.close()
    await drop(tab, 'browser.har', readFileSync(file, 'utf8'))
    await told().getByText('calls read').waitFor()
    const { items } = await server.find(`client.domain:browser.har path:(/seen or /gone)`)
    expect(items.map(({ url, http, server }) => [url?.path, http?.response?.status_code, server.ip]).sort()).toEqual([
      ['/gone', 410, '127.0.0.1'],
      ['/seen', 200, '127.0.0.1'],
    ])
    const seen = await server.get<ExchangeDocument>(`/api/v1/exchanges/${items.find(({ url }) => url?.path === '/seen')!.event.id}`)
    expect(seen.http?.response?.body.content).toBe('<p>seen</p>')
    await tab.getByRole('button', { name: 'Dismiss browser.har' }).click()
  })

  it('that is damaged says where, and what else is in it is there', async () => {
    const good = JSON.parse(readFileSync(archive, 'utf8')).log.entries[0] as { request: object }
    const text = JSON.stringify({
      log: { entries: [{ ...good, request: { ...good.request, url: 'http://once.example/' } }, { startedDateTime: 'soon' }] },
    })
    await drop(tab, 'half.har', text)
    await told()
      .getByText(/1 call read; half\.har: one entry was left out: entry 2, byte \d+, cannot be read: startedDateTime is no time/)
      .waitFor()
    await tab.getByRole('button', { name: 'Dismiss half.har' }).click()
    await drop(tab, 'none.har', '{"log":{"entries":[{"a":')
    await told()
      .getByText(/none\.har: read up to byte 24: it ends within the entry that begins at byte 19/)
      .waitFor()
    expect(errors).toEqual([])
  })
})
