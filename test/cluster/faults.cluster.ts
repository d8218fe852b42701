import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cannotMakeBig, makeBig } from '../support/make-big.ts'
import { makeBucket } from './support/bucket.ts'
import { openDoor, sendCapture } from './support/burst.ts'
import { kubectl, NAMESPACE, noCluster, pause, runBeside, timed, waitFor } from './support/cluster.ts'
import { expectTruth, forgetAll, refuseWrites } from './support/exchanges.ts'
import { allowZeroInitialScale, buildImages, install, ready, uninstall, valuesFor } from './support/install.ts'
import { openServers, type Servers } from './support/servers.ts'
import { instances } from './support/zero.ts'

const leftOut = noCluster ?? cannotMakeBig
if (leftOut) process.stderr.write(`cluster: ${leftOut}\n`)

/** What happens in the middle of a burst; resolves when it is over. */
interface Fault {
  what: string
  happens(servers: Servers): Promise<void>
}

const killed = async (service: string): Promise<void> => {
  await waitFor(`an instance of ${service}`, 60_000, async () => (((await instances())[service] ?? 0) > 0 ? true : undefined))
  await runBeside(
    'kubectl',
    '-n',
    NAMESPACE,
    'delete',
    'pod',
    '-l',
    `serving.knative.dev/service=${service}`,
    '--grace-period=0',
    '--force',
  )
}

const away =
  (name: 'REDIS_URL' | 'ELASTICSEARCH_URL' | 'S3_ENDPOINT', ms: number) =>
  async (servers: Servers): Promise<void> => {
    servers.cut(name)
    await pause(ms)
    servers.restore(name)
  }

const FAULTS: Fault[] = [
  { what: 'sessions killed with -9', happens: () => killed('sessions') },
  { what: 'ingest killed with -9', happens: () => killed('ingest') },
  { what: 'Redis away for ten seconds', happens: away('REDIS_URL', 10_000) },
  { what: 'S3 away for ten seconds', happens: away('S3_ENDPOINT', 10_000) },
  { what: 'Elasticsearch away for a minute', happens: away('ELASTICSEARCH_URL', 60_000) },
  {
    what: 'Elasticsearch refuses writes for ten seconds',
    happens: async ({ here }) => {
      await refuseWrites(here.ELASTICSEARCH_URL, true)
      await pause(10_000)
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
]

describe.skipIf(leftOut)('a burst in which something breaks', () => {
  let servers: Servers
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spider-faults-'))
    servers = await openServers()
    await forgetAll(servers.here.ELASTICSEARCH_URL)
    await makeBucket(servers.here)
    allowZeroInitialScale()
    const { functions } = await timed('images built', () => buildImages(`faults-${Date.now()}`))
    install(valuesFor(servers, functions))
    ready()
  })

  afterAll(async () => {
    uninstall()
    kubectl('delete', 'namespace', NAMESPACE, '--wait=true')
    await servers?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it.each(FAULTS.map((fault, index) => ({ ...fault, index })))(
    '$what: every call is there, once, and no dead letter',
    async ({ what, index, happens }) => {
      const capture = join(folder, `${index}.pcap`)
      const truth = makeBig(capture, '--seed', String(100 + index), '--bytes', '8M', '--exchanges', '6')
      await forgetAll(servers.here.ELASTICSEARCH_URL)
      const sending = sendCapture([capture], `fault-${index}`)
      await pause(2_000)
      await timed(what, () => happens(servers))
      const { code, said } = await sending
      expect(code, said).toBe(0)
      await timed(`${truth.length} calls in Elasticsearch, compared`, () => expectTruth(servers.here.ELASTICSEARCH_URL, truth))
    },
  )

  it('nothing lies among the dead letters', async () => {
    const door = await openDoor('query')
    const answer = (await (await fetch(`${door.url}/api/v1/dead-letters`)).json()) as { items: { function: string; reason: string }[] }
    await door.close()
    expect(answer.items.map(({ function: name, reason }) => `${name}: ${reason}`)).toEqual([])
  })
})
