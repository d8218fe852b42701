import { NAMESPACE, pause, runBeside, waitFor } from './cluster.ts'

interface Pod {
  metadata: { labels: Record<string, string> }
}

/** Instances of functions, by function; those that are being ended count. Asked beside, since pods reach their servers through this process. */
export async function instances(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const text = await runBeside('kubectl', '-n', NAMESPACE, 'get', 'pod', '-l', 'serving.knative.dev/service', '-o', 'json')
  for (const { metadata } of (JSON.parse(text) as { items: Pod[] }).items) {
    const name = metadata.labels['serving.knative.dev/service']
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

/** Notes the most instances of each function until it is stopped. */
export function watchInstances(): () => Promise<Record<string, number>> {
  const most: Record<string, number> = {}
  let watched = true
  const watching = (async () => {
    for (; watched; await pause(1000))
      for (const [name, count] of Object.entries(await instances())) most[name] = Math.max(most[name] ?? 0, count)
  })()
  return async () => {
    watched = false
    await watching
    return most
  }
}

/** No function has an instance left. */
export const waitForZero = (ms = 300_000): Promise<true> =>
  waitFor('every function to be at zero', ms, async () => (Object.keys(await instances()).length === 0 ? true : undefined))
