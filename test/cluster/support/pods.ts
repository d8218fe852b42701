import { globSync, readFileSync } from 'node:fs'
import { pause, runBeside } from './cluster.ts'

interface Pod {
  metadata: { uid: string; namespace: string; labels?: Record<string, string> }
  status: { containerStatuses?: { name: string; containerID?: string }[] }
}

/** A pod as its control groups are found. */
interface Watched {
  /** The function, or `broker`. */
  of: string
  /** Id of the container of the function's own process; none of the broker's pods, nor before it is there. */
  container: string | undefined
}

/** What the pods of one kind used. */
export interface Used {
  /** Seconds of CPU, of all containers of all its pods. */
  cpu: number
  /** The same of the function's container alone. */
  own: number
  /** Largest resident memory of one pod, MB: what its function holds, and Knative's queue-proxy. */
  memory: number
  pods: number
}

interface Reading {
  of: string
  first: number
  cpu: number
  own: number
  memory: number
}

/** Reads the control groups (version 1, of this machine's node) of pods while something runs: those of functions by their name, those of Knative's broker as `broker`. */
export class PodWatch {
  readonly #readings = new Map<string, Reading>()
  readonly #everyMs: number
  #pods = new Map<string, Watched>()
  #isWatching = true
  readonly #watching: Promise<void>

  /** Reads every so many ms; looks for new pods at every fourth reading. */
  constructor(everyMs = 250) {
    this.#everyMs = everyMs
    this.#watching = this.#watch()
  }

  async end(): Promise<Record<string, Used>> {
    this.#isWatching = false
    await this.#watching
    const all: Record<string, Used> = {}
    for (const { of, first, cpu, own, memory } of this.#readings.values()) {
      all[of] ??= { cpu: 0, own: 0, memory: 0, pods: 0 }
      const used = all[of]
      used.cpu += cpu - first
      used.own += own
      used.memory = Math.max(used.memory, memory)
      used.pods++
    }
    return all
  }

  async #watch(): Promise<void> {
    for (let turn = 0; this.#isWatching; turn++) {
      if (turn % 4 === 0) this.#pods = await podsByUid()
      for (const [uid, pod] of this.#pods) this.#read(uid, pod, turn === 0)
      await pause(this.#everyMs)
    }
    for (const [uid, pod] of this.#pods) this.#read(uid, pod, false)
  }

  /** What a pod that was there before has used counts from now on; what a new one has used counts all. */
  #read(uid: string, { of, container }: Watched, isFirst: boolean): void {
    const usage = (group: string): number | undefined => numberOf(`/sys/fs/cgroup/cpuacct/kubepods/*/${group}/cpuacct.usage`, /(\d+)/)
    const cpu = usage(`pod${uid}`)
    const own = container === undefined ? undefined : usage(`pod${uid}/${container}`)
    const memory = numberOf(`/sys/fs/cgroup/memory/kubepods/*/pod${uid}/memory.stat`, /^total_rss (\d+)/m)
    if (cpu === undefined || memory === undefined) return
    const before = this.#readings.get(uid)
    const seconds = cpu / 1e9
    this.#readings.set(uid, {
      of,
      first: before?.first ?? (isFirst ? seconds : 0),
      cpu: seconds,
      own: own === undefined ? (before?.own ?? 0) : own / 1e9,
      memory: Math.max(before?.memory ?? 0, memory / 2 ** 20),
    })
  }
}

async function podsByUid(): Promise<Map<string, Watched>> {
  const { items } = JSON.parse(await runBeside('kubectl', 'get', 'pod', '-A', '-o', 'json')) as { items: Pod[] }
  const pods = new Map<string, Watched>()
  for (const { metadata, status } of items) {
    const { uid, namespace, labels } = metadata
    const isBroker = labels?.['eventing.knative.dev/brokerRole'] ?? labels?.['messaging.knative.dev/role']
    const of = labels?.['serving.knative.dev/service'] ?? (namespace === 'knative-eventing' && isBroker ? 'broker' : undefined)
    const own = status.containerStatuses?.find(({ name }) => name === 'function')
    if (of !== undefined) pods.set(uid, { of, container: own?.containerID?.replace(/^.*:\/\//, '') })
  }
  return pods
}

/** Undefined where the pod has no control group here, or none any more. */
function numberOf(pattern: string, what: RegExp): number | undefined {
  const [file] = globSync(pattern)
  try {
    const found = file === undefined ? null : what.exec(readFileSync(file, 'utf8'))
    return found === null ? undefined : Number(found[1])
  } catch {
    return undefined
  }
}
