/**
 * What Spider costs on a Knative cluster, beside one process on the same machine and over the same servers: CPU of each function and of the broker, chained and apart; cold starts;
 * time to the first call; memory; bytes stored. Needs what the tests on a cluster need (test/cluster/README.md), and a node that is this machine with control groups of version 1.
 *   npm run bench:cluster [-- cold latency throughput] [--megabytes 20] [--runs 5]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { declarations } from '#functions/host/declarations.ts'
import { makeBucket } from '../test/cluster/support/bucket.ts'
import { imageTool, kubectl, NAMESPACE, noCluster, run } from '../test/cluster/support/cluster.ts'
import { forgetAll } from '../test/cluster/support/exchanges.ts'
import {
  allowZeroInitialScale,
  buildImages,
  clear,
  install,
  ready,
  uninstall,
  upgrade,
  valuesFor,
} from '../test/cluster/support/install.ts'
import { openServers } from '../test/cluster/support/servers.ts'
import { cannotMakeBig, makeBig } from '../test/support/make-big.ts'
import { coldStarts } from './cluster/cold.ts'
import { latencies } from './cluster/latency.ts'
import { bytesStored } from './cluster/stored.ts'
import { throughCluster, throughOneProcess } from './cluster/throughput.ts'
import { keep, machine, print, type Row, type Subject } from './report.ts'

const leftOut = noCluster ?? cannotMakeBig
if (leftOut) {
  console.error(leftOut)
  process.exit(1)
}
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { megabytes: { type: 'string', default: '20' }, runs: { type: 'string', default: '5' } },
})
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name)
const runs = Number(values.runs)
const folder = mkdtempSync(join(tmpdir(), 'bench-cluster-'))
const subjects: Subject[] = []

const load = (): string => `load average while this was measured: ${loadavg()[0].toFixed(1)}`
async function measure(title: string, rows: () => Promise<Row[]>, ...notes: string[]): Promise<void> {
  const before = load()
  const subject = { title, rows: await rows(), notes: [...notes, `${before}, then ${loadavg()[0].toFixed(1)}`] }
  print(subject)
  subjects.push(subject)
}

const TOGETHER = declarations.filter(({ within }) => within === undefined).map(({ name }) => name)
/** Away at once when idle: cold starts are measured again and again. */
const HASTY = TOGETHER.flatMap((name) =>
  ['window: 6s', 'scale-to-zero-pod-retention-period: 0s', 'scale-down-delay: 0s'].map((it) => {
    const [key, value] = it.split(': ')
    return `functions.overrides.${name}.annotations.autoscaling\\.knative\\.dev/${key}=${value}`
  }),
)

/** A container that does nothing but answer, with the same annotations: what Kubernetes and Knative take by themselves. */
function installBare(tag: string): void {
  const image = join(folder, 'bare')
  mkdirSync(image)
  writeFileSync(
    join(image, 'package.json'),
    JSON.stringify({ name: 'bare', private: true, type: 'module', scripts: { start: 'node main.mjs' } }),
  )
  writeFileSync(
    join(image, 'main.mjs'),
    "import { createServer } from 'node:http'\ncreateServer((_, response) => response.end('ok')).listen(process.env.PORT)\nprocess.on('SIGTERM', () => process.exit())\n",
  )
  const name = run(imageTool!, image, `bare:${tag}`).trim().split('\n').at(-1)
  const of = (key: string): string => `autoscaling.knative.dev/${key}`
  const annotations = { [of('window')]: '6s', [of('initial-scale')]: '0', [of('max-scale')]: '1' }
  const container = { image: name, readinessProbe: { httpGet: { path: '/', port: 0 }, successThreshold: 1 } }
  const service = {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: 'bare', namespace: NAMESPACE },
    spec: { template: { metadata: { annotations }, spec: { containers: [container] } } },
  }
  writeFileSync(join(folder, 'bare.json'), JSON.stringify(service))
  kubectl('apply', '-f', join(folder, 'bare.json'))
}

await clear()
const servers = await openServers()
try {
  console.log(Object.values(machine()).join(', '))
  const capture = join(folder, 'burst.pcap')
  const calls = makeBig(capture, '--seed', '7', '--bytes', `${values.megabytes}M`, '--exchanges', '6').length
  await forgetAll(servers.here.ELASTICSEARCH_URL)
  await makeBucket(servers.here)
  allowZeroInitialScale()
  const tag = `bench-${Date.now()}`
  const { functions } = buildImages(tag)
  const small = valuesFor(servers, functions)
  const chained = [...small, ...HASTY.flatMap((value) => ['--set', value])]
  install(chained)
  installBare(tag)
  await ready()

  if (wanted('cold'))
    await measure(
      'Cold start of each function, through Knative',
      () => coldStarts(['bare', ...TOGETHER], runs),
      'from a request to the answer of /ready; cold: no instance, all at zero before each round; p95 of few runs is the slowest',
    )
  if (wanted('latency')) {
    await measure('From an agent’s first packet to the call in Elasticsearch', () =>
      latencies(servers, folder, { cold: runs, warm: 20 }, 'asked for 50m of CPU'),
    )
    upgrade(chained.filter((value, at) => !value.includes('.cpu=') && !chained[at + 1]?.includes('.cpu=')))
    await ready()
    await measure('The same with the CPU that functions declare', () =>
      latencies(servers, folder, { cold: runs, warm: 20 }, 'asked for as declared'),
    )
  }
  if (wanted('throughput')) {
    upgrade(small)
    await ready()
    const begun = Date.now()
    await measure(
      'Exchanges through Knative, parsing and dedup within sessions',
      () => throughCluster(servers, capture, calls, 'chained'),
      'CPU of all containers of the pods, the start of the instances and Knative’s queue-proxy within; memory is resident, of one pod',
    )
    await measure('Bytes stored', () => bytesStored(servers, calls, statSync(capture).size, begun))
    upgrade([...small, '--set', 'functions.chain=apart'])
    await ready()
    await measure('Exchanges through Knative, every function apart', () => throughCluster(servers, capture, calls, 'apart'))
    await measure(
      'Exchanges through one process',
      () => throughOneProcess(servers, capture, calls),
      'spider start over the same Redis, Elasticsearch and S3',
    )
  }
} finally {
  if (subjects.length > 0) console.log(`\nKept in ${keep(subjects)}`)
  await uninstall().catch((error: Error) => console.error(error.message))
  await clear()
  await servers.close()
  rmSync(folder, { recursive: true, force: true })
}
