import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOUR } from '#engines/license/hours.ts'
import { noBrowser, openBrowser } from '../support/browser.ts'
import { cannotMakeBig, makeBig, type Truth } from '../support/make-big.ts'
import { makeBucket } from './support/bucket.ts'
import { beginSending, sendCapture } from './support/burst.ts'
import { kubectl, NAMESPACE, noCluster, runBeside, timed, waitFor } from './support/cluster.ts'
import { openDoor } from './support/door.ts'
import { countExchanges, expectTruth, forgetAll } from './support/exchanges.ts'
import { expectHttps } from './support/https.ts'
import { allowZeroInitialScale, buildImages, clear, install, ready, rollback, uninstall, upgrade, valuesFor } from './support/install.ts'
import { acceptedBefore, counted, type Office, openOffice, standing } from './support/license.ts'
import { PodWatch } from './support/pods.ts'
import { openServers, type Servers } from './support/servers.ts'
import { waitForZero, watchInstances } from './support/zero.ts'

const leftOut = noCluster ?? cannotMakeBig
if (leftOut) process.stderr.write(`cluster: ${leftOut}\n`)

describe.skipIf(leftOut)('from nothing, through a burst, to zero and away', () => {
  let servers: Servers
  let folder: string
  let capture: string
  let truth: Truth[]
  let values: string[]
  let office: Office
  let watch: PodWatch

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-cluster-'))
    capture = join(folder, 'burst.pcap')
    truth = await timed('capture of 20 MB made', () => makeBig(capture, '--seed', '5', '--bytes', '20M', '--exchanges', '6'))
    await clear()
    servers = await openServers()
    await forgetAll(servers.here.ELASTICSEARCH_URL)
    await makeBucket(servers.here)
    allowZeroInitialScale()
    const tag = `test-${Date.now()}`
    const { functions } = await timed('images built', () => buildImages(tag))
    office = await openOffice(folder)
    values = valuesFor(servers, functions, ...Object.entries(office.settings).map(([name, value]) => `functions.env.${name}=${value}`))
  })

  afterAll(async () => {
    await office?.close()
    await servers?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('installs from nothing, and starts nothing', async () => {
    await timed('helm install', () => install(values))
    await timed('all ready', ready)
    await timed('all at zero', () => waitForZero())
  })

  it('scales up from zero, and stores exactly the calls that were captured, once each', async () => {
    watch = new PodWatch(1000)
    const most = watchInstances()
    const sent = await timed('burst sent and acknowledged', () => sendCapture([capture], 'burst'))
    process.stderr.write(sent.said)
    expect(sent.code, sent.said).toBe(0)
    await timed(`${truth.length} calls in Elasticsearch, compared`, () => expectTruth(servers.here.ELASTICSEARCH_URL, truth))
    process.stderr.write(`cluster: most instances: ${JSON.stringify(await most())}\n`)
  })

  it('opens HTTPS by secrets that come before the packets, and by those that come after', () => expectHttps(servers.here.ELASTICSEARCH_URL))

  it('returns to zero', async () => {
    await timed('back at zero', () => waitForZero())
  })

  it('has counted the CPU of every function that ran, as the kernel did', async () => {
    const used = Object.entries(await watch.end()).filter(([name]) => name !== 'broker')
    const { seconds, doubted } = await counted(servers)
    const kernel = Object.fromEntries(used.map(([name, { own }]) => [name, own]))
    process.stderr.write(`cluster: CPU s counted ${JSON.stringify(seconds)}, by the kernel ${JSON.stringify(kernel)}\n`)
    expect(doubted).toEqual([])
    for (const name of ['ingest', 'sessions', 'status', 'license']) expect(Object.keys(kernel)).toContain(name)
    for (const name of Object.keys(kernel)) expect(seconds[name] ?? 0, name).toBeGreaterThan(0)
    const sum = (of: Record<string, number>): number => Object.keys(kernel).reduce((all, name) => all + of[name], 0)
    expect(sum(seconds)).toBeGreaterThan(sum(kernel) * 0.9)
    expect(sum(seconds)).toBeLessThan(sum(kernel) * 1.1)
  })

  it('answers the test of the chart, from zero', async () => {
    await timed('helm test', () => runBeside('helm', 'test', 'spider', '-n', NAMESPACE, '--timeout', '2m'))
  })

  it('shows the page, and in it what was captured', async () => {
    const door = await openDoor('query')
    const page = await fetch(door.url)
    expect(await page.text()).toContain('<html')
    const calls = (await (await fetch(`${door.url}/api/v1/exchanges?size=1`)).json()) as { total: number }
    expect(calls.total).toBeGreaterThan(truth.length)
    await door.close()
  })

  it('stops after 24 hours without accepted statistics, seen from the agent to the page; goes on by itself, and what the agent kept is analysed', async () => {
    const { ELASTICSEARCH_URL } = servers.here
    await office.close()
    await acceptedBefore(servers, 25 * HOUR)
    const door = await openDoor('query')
    expect(await standing(door.url, 'stopped')).toContain('No usage statistics were accepted for 25 hours')
    await forgetAll(ELASTICSEARCH_URL)
    const kept = join(folder, 'kept.pcap')
    const keptTruth = makeBig(kept, '--seed', '9', '--bytes', '4M', '--exchanges', '6')
    const sending = await beginSending([kept], 'patient')
    await waitFor('the agent to say so', 120_000, () => sending.said().includes('The license has stopped capture') || undefined)
    if (noBrowser === undefined) {
      const browser = await openBrowser()
      const page = await browser.newPage()
      await page.goto(door.url)
      await page.getByRole('button', { name: /^License: stopped/ }).click()
      await page.getByText('capture and parsing have stopped').first().waitFor()
      await browser.close()
    }
    expect(await countExchanges(ELASTICSEARCH_URL)).toBe(0)
    await office.open()
    await timed('the license runs again', () => standing(door.url, 'running'))
    await door.close()
    const sent = await timed('what was kept sent and acknowledged', () => sending.ended)
    expect(sent.code, sent.said).toBe(0)
    await timed(`${keptTruth.length} calls in Elasticsearch, compared`, () => expectTruth(ELASTICSEARCH_URL, keptTruth))
  })

  it('keeps everything through an upgrade and a rollback', async () => {
    const stored = await countExchanges(servers.here.ELASTICSEARCH_URL)
    await timed('helm upgrade', () => upgrade([...values, '--set', 'functions.chain=apart']))
    await timed('all ready', ready)
    expect(kubectl('-n', NAMESPACE, 'get', 'ksvc', '-o', 'name')).toContain('parsing')
    await timed('helm rollback', rollback)
    await timed('all ready', ready)
    expect(kubectl('-n', NAMESPACE, 'get', 'ksvc', '-o', 'name')).not.toContain('parsing')
    expect(await countExchanges(servers.here.ELASTICSEARCH_URL)).toBe(stored)
  })

  it('leaves nothing behind', async () => {
    expect(await timed('helm uninstall', uninstall)).toEqual([])
    await clear()
  })
})
