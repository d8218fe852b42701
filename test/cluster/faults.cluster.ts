import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cannotMakeBig, makeBig } from '../support/make-big.ts'
import { makeBucket } from './support/bucket.ts'
import { sendCapture } from './support/burst.ts'
import { noCluster, pause, runBeside, timed, waitFor } from './support/cluster.ts'
import { openDoor, type Way } from './support/door.ts'
import { countExchanges, expectTruth, forgetAll, refuseWrites } from './support/exchanges.ts'
import { allowZeroInitialScale, buildImages, clear, install, ready, uninstall, valuesFor } from './support/install.ts'
import { killOften } from './support/kill.ts'
import { openServers, type Servers } from './support/servers.ts'

const leftOut = noCluster ?? cannotMakeBig
if (leftOut) process.stderr.write(`cluster: ${leftOut}\n`)

/** What happens in the middle of a burst, or all along its way. */
interface Fault {
  what: string
  /** Resolves when it is over. */
  happens?(servers: Servers): Promise<void>
  way?: Way
}

const away =
  (name: 'REDIS_URL' | 'ELASTICSEARCH_URL' | 'S3_ENDPOINT', ms: number) =>
  async (servers: Servers): Promise<void> => {
    servers.cut(name)
    await pause(ms)
    servers.restore(name)
  }

const FAULTS: Fault[] = [
  { what: 'sessions killed with -9, three times', happens: () => killOften('sessions', 3, 2_000) },
  { what: 'ingest killed with -9, three times', happens: () => killOften('ingest', 3, 2_000) },
  { what: 'Redis away for ten seconds', happens: away('REDIS_URL', 10_000) },
  { what: 'S3 away for ten seconds', happens: away('S3_ENDPOINT', 10_000) },
  { what: 'Elasticsearch away for a minute', happens: away('ELASTICSEARCH_URL', 60_000) },
  {
    what: 'Elasticsearch refuses writes for twenty seconds',
    happens: async ({ here }) => {
      await refuseWrites(here.ELASTICSEARCH_URL, true)
      await pause(20_000)
      await refuseWrites(here.ELASTICSEARCH_URL, false)
    },
  },
  {
    what: "the broker's pods killed, and with them the events on their way",
    happens: async () => {
      const pods = [
        'messaging.knative.dev/role=dispatcher',
        'eventing.knative.dev/brokerRole=ingress',
        'eventing.knative.dev/brokerRole=filter',
      ]
      for (const label of pods)
        await runBeside('kubectl', '-n', 'knative-eventing', 'delete', 'pod', '-l', label, '--grace-period=0', '--force')
    },
  },
  { what: 'every event of the agent brought twice', way: 'twice' },
  { what: 'events of the agent out of order', way: 'shuffled' },
  {
    what: 'everything that functions ask of their servers takes 200 ms longer, for ten seconds',
    happens: async (servers) => {
      servers.delay(100)
      await pause(10_000)
      servers.delay(0)
    },
  },
]

describe.skipIf(leftOut)('a burst in which something breaks', () => {
  let servers: Servers
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-faults-'))
    await clear()
    servers = await openServers()
    await forgetAll(servers.here.ELASTICSEARCH_URL)
    await makeBucket(servers.here)
    allowZeroInitialScale()
    const { functions } = await timed('images built', () => buildImages(`faults-${Date.now()}`))
    install(valuesFor(servers, functions))
    await ready()
  })

  afterAll(async () => {
    await uninstall()
    await clear()
    await servers?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(FAULTS.map((fault, index) => ({ ...fault, index })))(
    '$what: every call is there, once',
    async ({ what, index, happens, way }) => {
      const capture = join(folder, `${index}.pcap`)
      const truth = makeBig(capture, '--seed', String(100 + index), '--bytes', '24M', '--exchanges', '6')
      const { ELASTICSEARCH_URL } = servers.here
      await forgetAll(ELASTICSEARCH_URL)
      let isSending = true
      const sending = sendCapture([capture], `fault-${index}`, way).finally(() => {
        isSending = false
      })
      await waitFor('the first calls', 120_000, async () => (await countExchanges(ELASTICSEARCH_URL)) > 0 || undefined)
      expect(isSending, 'the burst was over before its middle').toBe(true)
      await timed(what, () => happens?.(servers))
      const { code, said, seconds } = await sending
      expect(code, said).toBe(0)
      process.stderr.write(`cluster: burst sent and acknowledged: ${seconds.toFixed(1)} s\n`)
      await timed(`${truth.length} calls in Elasticsearch, compared`, () => expectTruth(ELASTICSEARCH_URL, truth))
    },
  )

  it('nothing lies among the dead letters', async () => {
    const door = await openDoor('query')
    const answer = (await (await fetch(`${door.url}/api/v1/dead-letters`)).json()) as { items: { function: string; reason: string }[] }
    await door.close()
    expect(answer.items.map(({ function: name, reason }) => `${name}: ${reason}`)).toEqual([])
  })
})
