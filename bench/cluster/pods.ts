import { globSync, readFileSync } from 'node:fs'
import { pause, runBeside } from '../../test/cluster/support/cluster.ts'

interface Pod {
  metadata: { uid: string; namespace: string; labels?: Record<string, string> }
}

/** What the pods of one kind used. */
export interface Used {
  /** Seconds of CPU, of all containers of all its pods. */
  cpu: number
  /** Largest resident memory of one pod, MB: what its function holds, and Knative's queue-proxy. */
  memory: number
  pods: number
}

interface Reading {
  of: string
  first: number
  cpu: number
  memory: number
}

/** Reads the control groups (version 1, of this machine's node) of pods while something runs: those of functions by their name, those of Knative's broker as `broker`. */
export class PodWatch {
  readonly #readings = new Map<string, Reading>()
  #names = new Map<string, string>()
  #isWatching = true
  readonly #watching: Promise<void>

  constructor() {
    this.#watching = this.#watch()
  }

  async end(): Promise<Record<string, Used>> {
    this.#isWatching = false
    await this.#watching
    const all: Record<string, Used> = {}
    for (const { of, first, cpu, memory } of this.#readings.values()) {
      all[of] ??= { cpu: 0, memory: 0, pods: 0 }
      const used = all[of]
      used.cpu += cpu - first
      used.memory = Math.max(used.memory, memory)
      used.pods++
    }
    return all
  }

  async #watch(): Promise<void> {
    for (let turn = 0; this.#isWatching; turn++) {
      if (turn % 4 === 0) this.#names = await podsByUid()
      for (const [uid, of] of this.#names) this.#read(uid, of, turn === 0)
      await pause(250)
    }
    for (const [uid, of] of this.#names) this.#read(uid, of, false)
  }

  /** What a pod that was there before has used counts from now on; what a new one has used counts all. */
  #read(uid: string, of: string, isFirst: boolean): void {
    const cpu = numberOf(`/sys/fs/cgroup/cpuacct/kubepods/*/pod${uid}/cpuacct.usage`, /(\d+)/)
    const memory = numberOf(`/sys/fs/cgroup/memory/kubepods/*/pod${uid}/memory.stat`, /^total_rss (\d+)/m)
    if (cpu === undefined || memory === undefined) return
    const before = this.#readings.get(uid)
    const seconds = cpu / 1e9
    this.#readings.set(uid, {
      of,
      first: before?.first ?? (isFirst ? seconds : 0),
      cpu: seconds,
      memory: Math.max(before?.memory ?? 0, memory / 2 ** 20),
    })
  }
}

async function podsByUid(): Promise<Map<string, string>> {
  const { items } = JSON.parse(await runBeside('kubectl', 'get', 'pod', '-A', '-o', 'json')) as { items: Pod[] }
  const names = items.map(({ metadata }): [string, string | undefined] => {
    const { uid, namespace, labels } = metadata
    const isBroker = labels?.['eventing.knative.dev/brokerRole'] ?? labels?.['messaging.knative.dev/role']
    return [uid, labels?.['serving.knative.dev/service'] ?? (namespace === 'knative-eventing' && isBroker ? 'broker' : undefined)]
  })
  return new Map(names.filter((it): it is [string, string] => it[1] !== undefined))
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
