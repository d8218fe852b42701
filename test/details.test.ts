import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { startAnswers, TOKEN } from './support/answers.ts'
import { noBrowser, openBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import { cannotCapture, eventually, type Server, startServerWith } from './support/server.ts'

const left = cannotCapture() ?? noBrowser
if (left) console.error(`details: ${left}`)

const PATHS = ['html', 'image', 'csv', 'events', 'lines', 'large', 'latin']

/** What a browser says of pages that are kept from harm, and when an interface of the machine comes or goes meanwhile. */
const MEANT = /Content Security Policy|^Blocked script execution in .*sandboxed|ERR_NETWORK_CHANGED/

/** What a page has, and Node has not. */
interface Styled {
  getComputedStyle(of: unknown): { color: string }
}

describe.skipIf(left)('the details of a call', () => {
  let folder: string
  let server: Server
  let answers: Awaited<ReturnType<typeof startAnswers>>
  let browser: Browser
  let tab: Tab
  const trapped: string[] = []
  const trap = createServer((socket) => {
    // A connection without a request counts too.
    const at = trapped.push('a connection') - 1
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      trapped[at] = data.toString().split('\r\n', 1)[0]
      socket.destroy()
    })
  })
  const errors: string[] = []

  const ask = (path: string, options: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${answers.port}${path}`, options).then((response) => response.arrayBuffer())
  const idOf = async (path: string) =>
    (await eventually(async () => (await server.find(`path=${path} capture=complete`, 1)).items[0])).event.id
  const open = async (path: string, part = 'response') => {
    await tab.goto(`${server.url}/?${new URLSearchParams({ call: await idOf(path), tab: part })}`)
    await panel().waitFor()
  }
  const panel = () => tab.locator('.details').getByRole('tabpanel')
  const shot = (name: string) => pictures(tab, name)
  const accessible = async () => expect(await faultsOf(tab, '.details')).toEqual([])

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-details-'))
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
    answers = await startAnswers(`http://127.0.0.1:${(trap.address() as AddressInfo).port}`)
    const target = `127.0.0.1:${answers.port}`
    server = await startServerWith(
      { SPIDER_REPLAY_TARGETS: target },
      join(folder, 'data'),
      '--interface',
      'lo',
      '--filter',
      `tcp port ${answers.port}`,
    )
    // The page answers a moment before the capture begins; each try is a connection of its own, and so is what follows.
    const close = { headers: { connection: 'close' } }
    await eventually(async () => {
      await ask('/ready', close)
      return (await server.find('path=/ready', 1)).items[0]
    })
    const form = new FormData()
    form.set('name', "it's me")
    form.set('file', new Blob([Uint8Array.of(0, 255, 1, 254)], { type: 'application/octet-stream' }), 'data.bin')
    for (let turn = 0; turn < 3; turn++)
      await ask('/json?a=1&b=%C3%A9', {
        headers: {
          authorization: `Bearer ${TOKEN}`,
          cookie: `id=7; token=${TOKEN}`,
          traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
        },
      })
    for (const path of PATHS) await ask(`/${path}`)
    await ask('/form', { method: 'POST', body: form })
    browser = await openBrowser()
    const context = await browser.newContext({ viewport: { width: 1500, height: 950 }, permissions: ['clipboard-read', 'clipboard-write'] })
    context.setDefaultTimeout(8000)
    tab = await context.newPage()
    tab.on('pageerror', (error) => errors.push(error.message))
    tab.on('console', (message) => message.type() === 'error' && !MEANT.test(message.text()) && errors.push(message.text()))
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    await answers?.close()
    trap.close()
    rmSync(folder, { recursive: true })
  })

  it('a tree of JSON: exact numbers, search, the path', async () => {
    await open('/json')
    const tree = panel().getByRole('tree')
    await tree.getByText('12345678901234567890').waitFor()
    await panel().getByLabel('Search in the JSON').fill('b-2')
    await panel().getByText('1 hit').waitFor()
    await panel().getByText('$.items[1].sku', { exact: true }).waitFor()
    await panel().getByRole('button', { name: 'Copy path' }).click()
    expect(await tab.evaluate<string>('navigator.clipboard.readText()')).toBe('$.items[1].sku')
    await accessible()
    await shot('json')
  })

  it('cookies that are set, and caching in words', async () => {
    await panel().getByText('lives 1 h · sent to this host only').waitFor()
    await panel().getByText('scripts of the page can read it: no HttpOnly').waitFor()
    await panel().getByText('Caching').click()
    await panel()
      .getByText(/max-age: fresh for 1 min \(RFC 9111/)
      .waitFor()
    await accessible()
    await shot('caching')
  })

  it('cookies and tokens of the request', async () => {
    await open('/json', 'request')
    await panel().getByText('Cookies', { exact: true }).waitFor()
    await panel().getByText('Token', { exact: false }).first().click()
    await panel().getByText('its signature is not verified').first().waitFor()
    await panel()
      .getByText(/expired 2001-09-09 02:46:40 UTC/)
      .first()
      .waitFor()
    await accessible()
    await shot('request')
  })

  it('hostile HTML is drawn, and neither runs nor loads anything', async () => {
    await open('/html')
    await panel().getByRole('button', { name: 'Page' }).click()
    const frame = tab.frameLocator('iframe')
    await frame.getByText('Harmless after all').waitFor()
    expect(await frame.locator('h1').evaluate((element) => (globalThis as unknown as Styled).getComputedStyle(element).color)).toBe(
      'rgb(1, 2, 3)',
    )
    await tab.waitForTimeout(1000)
    expect(trapped).toEqual([])
    expect(await tab.evaluate('"stolen" in window')).toBe(false)
    await accessible()
    await shot('html')
    // Neither when somebody opens it in a tab of its own.
    const alone = await tab.context().newPage()
    await alone.goto(`${server.url}/api/v1/exchanges/${await idOf('/html')}/response/body?as=page`)
    await alone.waitForTimeout(500)
    await alone.close()
    expect(trapped).toEqual([])
  })

  it.each([
    ['/image', (view: ReturnType<typeof panel>) => view.getByText('image/png · 64 × 64')],
    ['/csv', (view: ReturnType<typeof panel>) => view.getByRole('cell', { name: 'Kettle, red' })],
    ['/events', (view: ReturnType<typeof panel>) => view.getByRole('rowheader', { name: '1 price 7' })],
    ['/lines', (view: ReturnType<typeof panel>) => view.getByRole('treeitem', { name: 'n: 2' })],
    ['/latin', (view: ReturnType<typeof panel>) => view.getByText('in iso-8859-1')],
  ])('%s in its form', async (path, place) => {
    await open(path)
    await place(panel()).first().waitFor()
    await accessible()
    await shot(path.slice(1))
  })

  it('what is large is shown in part, and what was kept can be downloaded', async () => {
    await open('/large')
    await panel()
      .getByText(/8.4 MB · only its beginning was kept/)
      .waitFor()
    const [download] = await Promise.all([tab.waitForEvent('download'), panel().getByRole('link', { name: 'Download' }).click()])
    const kept = readFileSync(await download.path())
    expect(kept.subarray(0, 8)).toEqual(Buffer.from('\0binary\xff', 'latin1'))
    expect(kept.length).toBe(1 << 20)
    await accessible()
  })

  it('the parts of a form, and a command that sends it again byte by byte', async () => {
    await open('/form', 'request')
    await panel().getByText('data.bin · application/octet-stream · 4 B').waitFor()
    await panel().getByText("it's me").waitFor()
    await accessible()
    await shot('form')
    const before = (await server.find('path=/form', 0)).total
    await tab.getByRole('button', { name: 'Copy as cURL' }).click()
    const command = await tab.evaluate<string>('navigator.clipboard.readText()')
    // Not synchronously: what it asks is served by this process.
    await promisify(execFile)('/bin/sh', ['-c', `${command} --silent`])
    const both = await eventually(async () => {
      const page = await server.find('path=/form capture=complete')
      return page.total > before ? page.items : undefined
    })
    expect(new Set(both.map(({ http }) => http!.request!.body.sha256)).size).toBe(1)
  })

  it('the connection: sequence over time, and the stream as it went over the wire', async () => {
    await open('/json', 'session')
    await panel()
      .getByRole('img', { name: /Bytes sent over/ })
      .waitFor()
    await panel().getByText('Follow the stream').click()
    const stream = panel().getByLabel('The stream')
    await stream.locator('.turn').nth(1).waitFor()
    const turns = await stream.locator('.turn pre').allTextContents()
    expect(turns[0]).toMatch(/^GET \/json\?a=1&b=%C3%A9 HTTP\/1.1\n/)
    expect(turns[1]).toMatch(/^HTTP\/1.1 200 OK\n/)
    await accessible()
    await shot('session')
    await panel().getByRole('button', { name: 'Hex' }).click()
    await stream
      .getByText(/00000000 {2}47 45 54 20/)
      .first()
      .waitFor()
  })

  it('the layers of a packet, each value with its bytes', async () => {
    await open('/json', 'packets')
    await panel().getByLabel('Packets').getByRole('button').first().click()
    const packet = panel().getByLabel('Packet 1', { exact: true })
    await packet.getByRole('button', { name: 'Destination port' }).hover()
    const marked = packet.getByLabel('Bytes of packet 1').locator('.on:not(.text)')
    const bytes = async () => (await marked.allTextContents()).map((text) => text.trim()).join('')
    expect(await bytes()).toBe(answers.port.toString(16).padStart(4, '0'))
    await packet.getByLabel('Bytes of packet 1').locator('[data-at="14"]').first().hover()
    await packet
      .locator('.layer-field.pointed', { hasText: /Version|Header length/ })
      .first()
      .waitFor()
    await accessible()
    await shot('packets')
  })

  it('related calls, which open', async () => {
    await open('/json', 'related')
    await panel().getByText('Same trace').waitFor()
    await panel().locator('.call-line').first().waitFor()
    await accessible()
    await shot('related')
    const before = tab.url()
    await panel().locator('.call-line').first().click()
    expect(tab.url()).not.toBe(before)
    await tab.goBack()
    expect(tab.url()).toBe(before)
  })

  it('differences by place, what is volatile left out', async () => {
    await open('/json', 'compare')
    await panel().locator('.candidates input').first().check()
    const differences = panel().getByLabel('Differences')
    await differences.getByText('1 difference', { exact: true }).waitFor()
    await differences.getByRole('rowheader', { name: 'Response body $.turn' }).waitFor()
    await differences.getByRole('button', { name: 'Show these too' }).click()
    await differences.getByRole('rowheader', { name: /\$\.at \(value time\)/ }).waitFor()
    await accessible()
    await shot('compare')
  })

  it('sent again to an allowed target, with what is answered otherwise', async () => {
    await open('/json', 'compare')
    await panel().getByRole('button', { name: 'Send again …' }).click()
    await panel().getByRole('button', { name: 'Send', exact: true }).click()
    await panel()
      .getByText(/from 127.0.0.1:\d+ after/)
      .waitFor()
    await panel().getByLabel('Send again').getByRole('rowheader', { name: 'Response body $.turn' }).waitFor()
    await accessible()
    await shot('replay')
  })

  it('did all this without an error', () => expect(errors).toEqual([]))
})
