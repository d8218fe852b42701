import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { ITEMS } from '../demo/catalogue.ts'
import { ADDRESSES, FILTER } from '../demo/places.ts'
import { noBrowser, openBrowser } from './support/browser.ts'
import { drop } from './support/drop.ts'
import { cannotCapture, eventually, type Server, startServer } from './support/server.ts'
import { lines } from './support/spider.ts'

const blind = cannotCapture()
if (blind) console.error(`start: ${blind}`)
if (noBrowser) console.error(`start: ${noBrowser}`)

const fixture = new URL('fixtures/shop.pcap.gz', import.meta.url).pathname
const truth = lines<{ client: string; target: string }>(readFileSync(new URL('fixtures/shop.truth.jsonl', import.meta.url), 'utf8'))
/** A call that only the fixture has: its ports are of another day. */
const first = truth.find(({ target }) => target === '/api/orders')!
const fixtureOrder = `client.port=${first.client.split(':')[1]} path=/api/orders`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-start-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const ALL_ITEMS = JSON.stringify({ items: ITEMS })

describe.skipIf(blind)('spider start --demo', () => {
  let server: Server
  let known: ExchangeDocument
  beforeAll(async () => {
    // Only the demo's addresses: whatever else goes on on this machine is not the test's business.
    server = await startServer(join(folder, 'demo'), '--demo', '--filter', FILTER)
    known = await eventually(async () => (await server.find('path=/items status=200', 1)).items[0])
  })
  afterAll(() => server.stop())

  it('shows a known call with its body, decoded', async () => {
    const { http, ...call } = await server.get<ExchangeDocument>(`/api/v1/exchanges/${known.event.id}`)
    expect(http!.request!.method).toBe('GET')
    expect(http!.response!.headers).toContainEqual(['content-encoding', 'gzip'])
    expect(http!.response!.body).toMatchObject({ content: ALL_ITEMS, encoding: 'utf-8', bytes: ALL_ITEMS.length })
    expect(call.server.ip).toBe(ADDRESSES.catalogue)
    expect(call.spider.status).toBe('complete')
  })

  it('sees each story: the slow search, the refused payment, the chain of a trace', async () => {
    const slow = await eventually(async () => (await server.find('duration>600ms path=/search', 1)).items[0])
    expect(slow.server.ip).toBe(ADDRESSES.catalogue)
    const refused = await eventually(async () => (await server.find('status=503', 1)).items[0])
    const chain = await eventually(async () => {
      const { items } = await server.find(`trace=${refused.trace!.id}`)
      return items.length >= 5 ? items : undefined
    })
    expect(new Set(chain.map(({ server }) => server.ip)).size).toBeGreaterThanOrEqual(4)
  })

  it('learns the names of the addresses, where the demo can tell them', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root may open port 53')
    await eventually(async () => (await server.find('server.domain=orders.shop.test', 1)).items[0])
  })

  it('tells of the agent, counts over time, and describes itself', async () => {
    const agents = await eventually(async () => {
      const { items } = await server.get<{ items: StatusDocument[] }>('/api/v1/agents')
      return items.length ? items : undefined
    }, 30_000)
    expect(agents[0].spider.dropped.kernel).toBe(0)
    const { bins } = await server.get<{ bins: { key: string; count: number }[] }>('/api/v1/histogram')
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(20)
    expect((await server.get<{ total: number }>('/api/v1/sessions')).total).toBeGreaterThan(3)
    expect(await server.get('/api/openapi.json')).toMatchObject({ openapi: '3.1.0', paths: { '/api/v1/exchanges': {} } })
  })

  it('sends calls on the live feed as they happen, through its filter', async () => {
    const abort = new AbortController()
    const feed = await fetch(`${server.url}/api/v1/live?${new URLSearchParams({ q: 'path=/api/products' })}`, { signal: abort.signal })
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of feed.body!) {
      text += decoder.decode(chunk, { stream: true })
      if (/^data: .*"items".*\n\n/m.test(text)) break
    }
    abort.abort()
    const { items } = JSON.parse(/^data: (.*"items".*)$/m.exec(text)![1]) as { items: ExchangeDocument[] }
    expect(items.every(({ url }) => url!.path === '/api/products')).toBe(true)
  })

  it('takes garbage where HTTP was spoken: malformed, and everything goes on', async () => {
    const port = known.server.port
    const socket = connect(port, ADDRESSES.gateway, () =>
      socket.end(Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 151 + 7) & 255))),
    )
    socket.on('error', () => undefined) // the service hangs up on garbage, as it should
    await eventually(async () => {
      const calls = await server.find('capture=malformed', 1)
      const sessions = await server.get<{ total: number }>(`/api/v1/sessions?${new URLSearchParams({ q: 'capture=malformed' })}`)
      return calls.total + sessions.total > 0 || undefined
    })
    expect((await fetch(`${server.url}/healthz`)).ok).toBe(true)
  })

  describe.skipIf(noBrowser)('in a browser', () => {
    let browser: Browser
    let tab: Tab
    const errors: string[] = []
    beforeAll(async () => {
      browser = await openBrowser()
      tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      tab.on('pageerror', (error) => errors.push(error.message))
    })
    afterAll(() => browser.close())

    it('shows the known call, and opens it with its body', async () => {
      const at = Date.parse(known['@timestamp'])
      await tab.goto(`${server.url}/?${new URLSearchParams({ q: 'path=/items', from: String(at - 2000), to: String(at + 2000) })}`)
      await tab.getByRole('row').filter({ hasText: 'GET' }).filter({ hasText: '/items' }).first().click()
      await tab
        .getByText(/Made by hand/)
        .filter({ visible: true })
        .first()
        .waitFor()
      expect(new URL(tab.url()).searchParams.get('call')).toBeTruthy()
      await tab.screenshot({ path: join(process.env.SCREENSHOTS ?? folder, 'call.png') })
    })

    it('opens a link to a call as it was', async () => {
      await tab.goto(`${server.url}/?${new URLSearchParams({ call: known.event.id })}`)
      await tab
        .getByText(/Made by hand/)
        .filter({ visible: true })
        .first()
        .waitFor()
    })

    it('takes a capture that is dropped on it', async () => {
      await drop(tab, 'shop.pcap.gz', readFileSync(fixture))
      await eventually(async () => (await server.find(fixtureOrder, 1)).items[0])
    })

    it('did all this without an error', () => expect(errors).toEqual([]))
  })
})

describe('spider start FILE', () => {
  it('analyses files, once each call, and keeps them for the next start', async () => {
    const data = join(folder, 'file')
    const server = await startServer(data, fixture)
    await eventually(async () => (await server.find('protocol=http', 0)).total === truth.length || undefined)
    expect(await server.stop()).toBe(0)
    const again = await startServer(data, fixture)
    try {
      await eventually(async () => (await again.find('protocol=http', 0)).total === truth.length || undefined)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect((await again.find('protocol=http', 0)).total).toBe(truth.length)
    } finally {
      await again.stop()
    }
  })
})
