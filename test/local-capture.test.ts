/** A capture on the machine of Spider, started, watched and stopped on the page, of real traffic on the loopback. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page as Tab } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { faultsOf } from './support/accessible.ts'
import { noBrowser, openBrowser } from './support/browser.ts'
import { pictures } from './support/pictures.ts'
import { cannotCapture, eventually, type Server, startServer } from './support/server.ts'

const why = cannotCapture() ?? noBrowser
if (why) console.error(`local captures: ${why}`)

interface Known {
  items: { id: string; state: string; captured: { bytes: number } }[]
}

describe.skipIf(why)('a capture started on the page', () => {
  let folder: string
  let server: Server
  let browser: Browser
  let tab: Tab
  let watched: HttpServer
  let port: number
  const errors: string[] = []
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-local-'))
    watched = createServer((request, response) => response.end(request.url === '/large' ? Buffer.alloc(400_000, 'x') : 'well')).listen(
      0,
      '127.0.0.1',
    )
    await once(watched, 'listening')
    port = (watched.address() as AddressInfo).port
    server = await startServer(folder, '--no-capture')
    browser = await openBrowser()
    tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    tab.on('pageerror', (error) => errors.push(error.message))
    await tab.goto(server.url)
  })
  afterAll(async () => {
    await browser.close()
    await server.stop()
    watched.close()
    rmSync(folder, { recursive: true })
  })
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text()
  const known = () => server.get<Known>('/api/v1/local-captures')
  const form = () => tab.locator('.start-capture')
  const started = () => tab.getByRole('list', { name: 'Captures started here' }).getByRole('listitem')

  it('is offered where nothing was captured yet, and says at the field what is wrong', async () => {
    await form().getByLabel('Interface').fill('nope0')
    await form().getByRole('button', { name: 'Start' }).click()
    await form().getByRole('alert').filter({ hasText: 'there is no interface nope0' }).waitFor()
    expect(await form().getByLabel('Interface').getAttribute('aria-invalid')).toBe('true')
    await form().getByLabel('Interface').fill('lo')
    await form().getByLabel('Filter').fill('tcp prt 1')
    await form().getByRole('button', { name: 'Start' }).click()
    await form().getByRole('alert').filter({ hasText: 'does not accept the filter "tcp prt 1"' }).waitFor()
    expect(await form().getByLabel('Filter').getAttribute('aria-invalid')).toBe('true')
    expect(await form().getByLabel('Interface').getAttribute('aria-invalid')).toBeNull()
    expect(await faultsOf(tab, '.nothing')).toEqual([])
    await pictures(tab, 'local-capture-refused')
    expect((await known()).items).toEqual([])
  })

  it('shows calls as they go by and how far it is, and stops', async () => {
    await form().getByLabel('Filter').fill(`tcp port ${port}`)
    await form().getByRole('button', { name: 'Start' }).click()
    await started().filter({ hasText: 'Captures' }).waitFor()
    await ask('/first')
    await tab.getByRole('button', { name: /^Agents/ }).click()
    await started()
      .filter({ hasText: /[1-9]\d* packets/ })
      .waitFor()
    expect(await started().getByRole('progressbar').count()).toBe(1)
    await pictures(tab, 'local-capture')
    expect(await faultsOf(tab, '.popover-panel')).toEqual([])
    await started().getByRole('button', { name: 'Show its calls' }).click()
    const { items } = await known()
    expect(new URL(tab.url()).searchParams.get('q')).toContain(items[0].id)
    await tab.locator('.grid-row').filter({ hasText: '/first' }).waitFor()
    await started().getByRole('button', { name: 'Stop the capture on lo' }).click()
    await started().filter({ hasText: 'Stopped' }).waitFor()
    expect(await started().getByRole('progressbar').count()).toBe(0)
    await ask('/unseen')
    expect((await server.find('protocol:http')).items.map(({ url }) => url?.path)).toEqual(['/first'])
  })

  it('ends by itself when it has captured what it may, and its last calls are there', async () => {
    await form().getByLabel('or after so many bytes').selectOption({ label: '1.0 MB' })
    await form().getByRole('button', { name: 'Start' }).click()
    await started().filter({ hasText: 'Captures' }).waitFor()
    await eventually(async () => {
      await ask('/large')
      return (await known()).items[0].state === 'ended' || undefined
    })
    await started().filter({ hasText: 'Ended: its size was reached' }).waitFor()
    expect((await known()).items[0].captured.bytes).toBeGreaterThanOrEqual(1_000_000)
    await eventually(async () => (await server.find('path:/large')).total > 0 || undefined)
    expect(errors).toEqual([])
  })

  it('is not left behind when Spider is killed', async () => {
    await form().getByRole('button', { name: 'Start' }).click()
    await eventually(async () => (await known()).items[0].state === 'capturing' || undefined)
    const agent = childOf(server.child.pid!)
    expect(isAlive(agent)).toBe(true)
    await server.stop('SIGKILL')
    await eventually(async () => !isAlive(agent) || undefined, 60_000)
  })
})

const childOf = (pid: number): number => Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0])
const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`)
