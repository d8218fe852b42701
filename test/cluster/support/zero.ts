import { list, waitFor } from './cluster.ts'

interface Pod {
  metadata: { name: string; labels: Record<string, string>; deletionTimestamp?: string }
  status: { phase: string }
}

/** Instances of functions, by function; those that are being ended count. */
export function instances(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { metadata } of list<Pod>('pod', '-l', 'serving.knative.dev/service')) {
    const name = metadata.labels['serving.knative.dev/service']
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** Notes the most instances of each function until it is stopped. */
export function watchInstances(): () => Record<string, number> {
  const most: Record<string, number> = {}
  const timer = setInterval(() => {
    for (const [name, count] of Object.entries(instances())) most[name] = Math.max(most[name] ?? 0, count)
  }, 1000)
  return () => {
    clearInterval(timer)
    return most
  }
}

/** No function has an instance left. */
export const waitForZero = (ms = 300_000): Promise<true> =>
  waitFor('every function to be at zero', ms, () => (Object.keys(instances()).length === 0 ? true : undefined))
