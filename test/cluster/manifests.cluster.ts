import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cannotMakeBig, makeBig, type Truth } from '../support/make-big.ts'
import { makeBucket } from './support/bucket.ts'
import { sendCapture } from './support/burst.ts'
import { kubectl, noCluster, timed } from './support/cluster.ts'
import { allExchanges, expectTruth, forgetAll } from './support/exchanges.ts'
import { expectHttps } from './support/https.ts'
import { allowZeroInitialScale, buildImages, clear, ready } from './support/install.ts'
import { applyOverlay, deleteOverlay, writeOverlay } from './support/manifests.ts'
import { openServers, type Servers } from './support/servers.ts'
import { waitForZero, watchInstances } from './support/zero.ts'

const leftOut = noCluster ?? cannotMakeBig
if (leftOut) process.stderr.write(`cluster: ${leftOut}\n`)

describe.skipIf(leftOut)('kubectl apply -k, every function apart', () => {
  let servers: Servers
  let folder: string
  let capture: string
  let truth: Truth[]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-cluster-'))
    capture = join(folder, 'burst.pcap')
    truth = makeBig(capture, '--seed', '6', '--bytes', '10M', '--exchanges', '6')
    await clear()
    servers = await openServers()
    await forgetAll(servers.here.ELASTICSEARCH_URL)
    await makeBucket(servers.here)
    allowZeroInitialScale()
    const { functions } = await timed('images built', () => buildImages(`test-${Date.now()}`))
    writeOverlay(servers, functions, ['apart', 'from-zero'])
  })

  afterAll(async () => {
    await servers?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('installs from nothing', async () => {
    await timed('kubectl apply -k', applyOverlay)
    await timed('all ready', ready)
    await timed('all at zero', () => waitForZero())
  })

  it('stores exactly the calls that were captured, once each', async () => {
    const most = watchInstances()
    const sent = await timed('burst sent and acknowledged', () => sendCapture([capture], 'apart'))
    expect(sent.code, sent.said).toBe(0)
    await timed(`${truth.length} calls in Elasticsearch, compared`, () => expectTruth(servers.here.ELASTICSEARCH_URL, truth))
    process.stderr.write(`cluster: most instances: ${JSON.stringify(await most())}\n`)
  })

  it('makes one of what a second agent saw as well', async () => {
    const sent = await timed('the same sent by a second agent', () => sendCapture([capture], 'second'))
    expect(sent.code, sent.said).toBe(0)
    await timed('back at zero', () => waitForZero())
    await expectTruth(servers.here.ELASTICSEARCH_URL, truth)
    const seenOnce = (await allExchanges(servers.here.ELASTICSEARCH_URL)).filter(({ spider }) => spider.agents.length !== 2)
    expect(seenOnce.length).toBe(0)
  })

  it('opens HTTPS by secrets that come before the packets, and by those that come after', () => expectHttps(servers.here.ELASTICSEARCH_URL))

  it('leaves nothing', async () => {
    await timed('kubectl delete -k', deleteOverlay)
    expect(kubectl('get', 'namespace', 'spider', '--ignore-not-found')).toBe('')
  })
})
