import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cannotMakeBig, makeBig, type Truth } from '../support/make-big.ts'
import { makeBucket } from './support/bucket.ts'
import { sendCapture } from './support/burst.ts'
import { kubectl, NAMESPACE, noCluster, runBeside, timed } from './support/cluster.ts'
import { openDoor } from './support/door.ts'
import { countExchanges, expectTruth, forgetAll } from './support/exchanges.ts'
import { expectHttps } from './support/https.ts'
import { allowZeroInitialScale, buildImages, clear, install, ready, rollback, uninstall, upgrade, valuesFor } from './support/install.ts'
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
    values = valuesFor(servers, functions)
  })

  afterAll(async () => {
    await servers?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('installs from nothing, and starts nothing', async () => {
    await timed('helm install', () => install(values))
    await timed('all ready', ready)
    await timed('all at zero', () => waitForZero())
  })

  it('scales up from zero, and stores exactly the calls that were captured, once each', async () => {
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
